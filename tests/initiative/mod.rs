//! Initiatives: workflows that cannot be walked around, lives from draft to verdict, votes.

mod export;
mod files;
mod followed;
mod form;
mod given;
mod import;
mod killed;
mod life;
mod pages;
mod sheet;
mod vote;
mod walks;
