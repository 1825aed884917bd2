//! The former portal: `POST /jsp/rest.jsp` with a form, answered with a bare list whose values are all text.

pub mod answers;
pub mod captured;
