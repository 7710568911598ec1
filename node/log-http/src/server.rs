//! The sockets: HTTP/1.1, for reading, bounded on every side.

use crate::{
	answer::{answer, Answer},
	metrics::Metrics,
	signed::SignedLog,
};
use http_body_util::Full;
use hyper::{
	body::{Bytes, Incoming},
	header::IF_NONE_MATCH,
	server::conn::http1,
	service::service_fn,
	Request, Response, StatusCode,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
	convert::Infallible,
	io,
	net::SocketAddr,
	pin::pin,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::Semaphore,
	task::JoinSet,
};

/// How long the server waits before it accepts again, when the system has no file handle to give.
const BREATHE: Duration = Duration::from_millis(100);

/// What clients may ask of the server at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// Connections open at once; further ones are closed at once.
	pub connections: usize,
	/// Requests answered at once, on threads for blocking work; further ones wait.
	pub at_once: usize,
	/// For a request's head to arrive, and between two requests.
	pub head: Duration,
	/// Life of a connection, however busy; then it is closed after the answer under way.
	pub connection: Duration,
	/// For the answer under way to be taken, after that.
	pub farewell: Duration,
	/// Bytes of a request's head; at least 8,192.
	pub head_bytes: usize,
	/// Header fields of a request.
	pub head_fields: usize,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			connections: 256,
			at_once: 4,
			head: Duration::from_secs(10),
			connection: Duration::from_secs(120),
			farewell: Duration::from_secs(10),
			head_bytes: 16 * 1024,
			head_fields: 64,
		}
	}
}

struct Shared {
	log: Arc<SignedLog>,
	metrics: Metrics,
	limits: Limits,
	turns: Arc<Semaphore>,
}

/// A server on an open port.
pub struct Server {
	listener: TcpListener,
	shared: Arc<Shared>,
}

impl Server {
	/// Opens the port; port 0 has the system choose one.
	pub async fn bind(
		address: SocketAddr,
		log: Arc<SignedLog>,
		metrics: Metrics,
		limits: Limits,
	) -> io::Result<Self> {
		let listener = TcpListener::bind(address).await?;
		let turns = Arc::new(Semaphore::new(limits.at_once));
		Ok(Self { listener, shared: Arc::new(Shared { log, metrics, limits, turns }) })
	}

	/// Where it listens.
	pub fn address(&self) -> io::Result<SocketAddr> {
		self.listener.local_addr()
	}

	/// Serves until it is dropped, and every connection with it.
	pub async fn run(self) {
		let mut connections = JoinSet::new();
		loop {
			// What has ended makes room.
			while connections.try_join_next().is_some() {}
			self.shared.metrics.connections(connections.len());
			tokio::select! {
				accepted = self.listener.accept() => match accepted {
					Ok((stream, _)) if connections.len() < self.shared.limits.connections => {
						connections.spawn(serve(self.shared.clone(), stream));
					},
					Ok(_) => self.shared.metrics.refused(),
					Err(error) => {
						log::debug!(target: "log-http", "no connection: {error}");
						tokio::time::sleep(BREATHE).await;
					},
				},
				Some(_) = connections.join_next() => {},
			}
		}
	}
}

async fn serve(shared: Arc<Shared>, stream: TcpStream) {
	let limits = shared.limits;
	let service = service_fn(move |request| handle(shared.clone(), request));
	let mut connection = pin!(http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(limits.head)
		.max_header_size(limits.head_bytes)
		.max_buf_size(limits.head_bytes)
		.max_headers(limits.head_fields)
		.serve_connection(TokioIo::new(stream), service));
	tokio::select! {
		_ = connection.as_mut() => return,
		() = tokio::time::sleep(limits.connection) => connection.as_mut().graceful_shutdown(),
	}
	// Whoever takes its answer too slowly loses it.
	let _ = tokio::time::timeout(limits.farewell, connection).await;
}

async fn handle(
	shared: Arc<Shared>,
	request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
	let start = Instant::now();
	// The semaphore is never closed; were it, the request would merely not wait.
	let turn = shared.turns.clone().acquire_owned().await.ok();
	let (log, (head, _)) = (shared.log.clone(), request.into_parts());
	let answered = tokio::task::spawn_blocking(move || {
		// Given back when the work is done, also where the client has gone meanwhile.
		let _turn = turn;
		let known = head.headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
		answer(&log, &head.method, head.uri.path(), known)
	});
	Ok(match answered.await {
		Ok(answer) => {
			shared.metrics.answered(&answer, start.elapsed());
			response(answer)
		},
		// It panicked, which the runtime has logged, or the node is going down.
		Err(_) => {
			let mut response = Response::new(Full::default());
			*response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
			response
		},
	})
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
	let mut response = Response::new(Full::new(answer.body));
	*response.status_mut() = answer.status;
	*response.headers_mut() = answer.headers;
	response
}
