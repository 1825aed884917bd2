//! Service levels for people: the list, the error budget of one, the form.

pub mod budget;
pub mod form;
pub mod list;
pub mod sent;
pub mod words;
