//! Licences: cards, acts, what two persons do, what holders ask and are told.

mod acts;
mod cards;
mod demo;
mod life_cycle;
mod notices;
mod own_face;
mod parts;
mod proposals;
mod races;
mod requests;
mod suggestions;
mod wire;
