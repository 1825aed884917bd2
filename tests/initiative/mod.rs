//! Initiatives: workflows that cannot be walked around, lives from draft to verdict, votes.

mod followed;
mod given;
mod killed;
mod life;
mod pages;
mod vote;
mod walks;
