//! People: who they are, what they may do, and what they did.
//!
//! An action is one transaction that holds the change and its audit entry. Other rooms write their own entries with
//! [`audit::record`] and ask [`model::Actor::acts_for`] before they change what belongs to an organisation.

pub mod actions;
pub mod audit;
pub mod entry_store;
pub mod manage;
pub mod model;
pub mod oidc;
pub mod password;
pub mod secret;
pub mod session;
pub mod store;
