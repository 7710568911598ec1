//! The `pantheon` program; everything is in the library.

fn main() -> std::process::ExitCode {
	pantheon_cli::main()
}
