//! What licences look like as files: the font, pictures of seals, pages, OFD packages. Pure: values in, bytes out.

pub mod face;
pub mod font;
pub mod ofd;
pub mod page;
pub mod pdf;
pub mod picture;
pub mod seal_picture;
