//! Requests to others: the guard, every way to fail, limits, TLS.

mod faults;
mod guard;
mod limits;
mod tls;
