//! A generator as the body of an answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame};

use super::generator::Generator;

/// Bytes written at a time.
const CHUNK: usize = 64 * 1024;

/// The lines of a generator, made as they are read.
#[derive(Debug)]
pub struct Feed(Generator);

impl Feed {
    /// The lines of a generator.
    #[must_use]
    pub const fn new(generator: Generator) -> Self {
        Self(generator)
    }
}

impl Body for Feed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut chunk = String::with_capacity(CHUNK + 4_096);
        while chunk.len() < CHUNK && self.0.write_next(&mut chunk) {
            chunk.push('\n');
        }
        if chunk.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(chunk)))))
    }
}
