//! Signing in by an account at a provider (`OpenID` Connect): authorization code with PKCE, state and nonce.
//!
//! A user must exist here already. The first time, the configured claim must equal their login; from then on issuer and
//! subject say who it is, whatever the claim says.

pub mod actions;
mod http;
pub mod provider;
pub mod store;
