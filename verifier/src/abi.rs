//! What the wasm module exports.
//!
//! The loader writes each argument into memory from [`alloc`] and gives it back with [`dealloc`]. All
//! lengths are in bytes. The module imports nothing, so it can do nothing but compute; what fails inside
//! (memory running out) traps.

#![allow(unsafe_code)] // The boundary to the loader, and the only unsafe code of the crate.

use alloc::{boxed::Box, vec, vec::Vec};
use core::slice;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
	core::arch::wasm32::unreachable()
}

/// Zeroed memory of this length, to be returned with [`dealloc`].
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
	leak(vec![0; length])
}

/// Takes back memory.
///
/// # Safety
///
/// `memory` is from [`alloc`] with this length, or from [`verify`] or [`read`] with its prefix's length and
/// 4 more, and is not used again.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn dealloc(memory: *mut u8, length: usize) {
	// SAFETY: by the contract above this is a box that `leak` let go of.
	drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(memory, length)) });
}

/// [`crate::verify`]: a negative `now` stands for none. Returns the JSON's length (32 bits, little-endian)
/// followed by the JSON in UTF-8.
///
/// # Safety
///
/// `bundle` and `trust` point to as many readable bytes as their lengths say.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn verify(
	bundle: *const u8,
	bundle_length: usize,
	trust: *const u8,
	trust_length: usize,
	now: i64,
) -> *mut u8 {
	// SAFETY: the caller's promise.
	let (bundle, trust) = unsafe { (bytes(bundle, bundle_length), bytes(trust, trust_length)) };
	answer(&crate::verify(bundle, trust, now.try_into().ok()))
}

/// [`crate::read`]. Returns JSON as [`verify`] does.
///
/// # Safety
///
/// `file` points to as many readable bytes as its length says.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn read(file: *const u8, length: usize) -> *mut u8 {
	// SAFETY: the caller's promise.
	answer(&crate::read(unsafe { bytes(file, length) }))
}

/// [`crate::verify_signature`]: 1 if the signature holds, 0 if not.
///
/// # Safety
///
/// Each pointer points to as many readable bytes as the length after it says.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
#[allow(clippy::too_many_arguments, reason = "wasm passes no slices")]
pub unsafe extern "C" fn verify_signature(
	key: *const u8,
	key_length: usize,
	message: *const u8,
	message_length: usize,
	context: *const u8,
	context_length: usize,
	signature: *const u8,
	signature_length: usize,
) -> u32 {
	// SAFETY: the caller's promise.
	let (key, message, context, signature) = unsafe {
		(
			bytes(key, key_length),
			bytes(message, message_length),
			bytes(context, context_length),
			bytes(signature, signature_length),
		)
	};
	crate::verify_signature(key, message, context, signature) as u32
}

/// A text behind its length.
fn answer(json: &str) -> *mut u8 {
	let length = u32::try_from(json.len()).unwrap_or(0).to_le_bytes();
	leak([&length, json.as_bytes()].concat())
}

fn leak(bytes: Vec<u8>) -> *mut u8 {
	Box::into_raw(bytes.into_boxed_slice()).cast()
}

/// The bytes that a loader points to.
///
/// # Safety
///
/// `length` bytes are readable from `start` on, and nobody writes to them while the slice is in use.
unsafe fn bytes<'a>(start: *const u8, length: usize) -> &'a [u8] {
	if length == 0 {
		return &[];
	}
	// SAFETY: the caller's promise.
	unsafe { slice::from_raw_parts(start, length) }
}
