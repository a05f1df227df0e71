//! What goes out, for those who run the installation.

use crate::domain::access::WorkOutbox;
use crate::http::answer::Page;
use crate::http::api::outbox::letters::{self, Letter, LetterActRequest, OutboxActRequest, OutboxActed};

routes! { "outbox";
    GET  "/api/v1/outbox"               letters::list, WorkOutbox => 200 Page<Letter>,
        "发出的消息" / "Letters that wait, were sent or were given up (`?state=dead`), newest first";
    POST "/api/v1/outbox/acts"          letters::act_on_all, WorkOutbox, OutboxActRequest => 200 OutboxActed,
        "重新发送全部失败的消息" / "Tries all letters again that were given up";
    POST "/api/v1/outbox/{id}/acts"     letters::act, WorkOutbox, LetterActRequest => 200 Letter,
        "重新发送或放弃一条消息" / "Tries a letter again that was given up, or drops it", else 409;
}
