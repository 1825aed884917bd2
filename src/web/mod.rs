//! The shell: router, middleware, assets, pages and the API.
//!
//! Handlers live here and not in the rooms because a page joins what several rooms know; they unpack a request, ask the
//! rooms, and pack the answer.

pub mod api;
pub mod assets;
pub mod attachment;
pub mod chart;
pub mod failure;
pub mod form;
pub mod format;
pub mod given;
pub mod guard;
pub mod listing;
pub mod middleware;
pub mod openapi;
pub mod ops;
pub mod pages;
pub mod parameters;
pub mod registered;
pub mod resend;
pub mod router;
pub mod routes;
pub mod state;
pub mod views;
pub mod visitor;
pub mod workbook;
