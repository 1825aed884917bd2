//! Amendments: exact changes that a decision makes to procedures before the portal shows them.
//!
//! An amendment names a part of a procedure (NĐ 63/2010 Đ8.2), what stands there and what is to stand there. Applying it
//! writes a new version. It is applied again to whatever a source still shows the old way, until the source shows it the
//! new way: an import never takes back what was decided.

pub mod actions;
pub mod model;
pub mod store;
