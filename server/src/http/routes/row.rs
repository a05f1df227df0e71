//! What the compiler checks of a row, and what a handler's arguments tell of a request.
//!
//! The permit is a handler's second argument, the body its last. A row names both; [`json`] and [`document`] take no
//! handler whose arguments or answer are others. So a route cannot say that it asks for a permit and not ask for it.

use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, web};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Handled, Login};
use crate::domain::access::{Action, ActionScope};
use crate::domain::actor::membership::Role;
use crate::http::answer::Answer;
use crate::http::extract::{
    Body, FormWithFile, IdempotencyKey, IfMatch, JsonOrFile, JsonWithFile, MaybePermitted, OneFile,
    PageQuery, Paging, Permitted,
};
use crate::http::openapi::Operation;
use crate::http::problem::Problem;

/// Who gets in, as a row says it: an action, [`Maybe`] an action, or [`Public`].
pub(super) trait Access {
    /// The action's name.
    const ACTION: &'static str;
    /// Whether one must have logged in.
    const LOGIN: Login;
    /// The roles that may; empty for what is done by holders, or by anybody for the own account.
    const ROLES: &'static [Role];
    /// Within what it is done ([`ActionScope::WORD`]); empty for everybody.
    const SCOPE: &'static str;
}

/// Everybody.
pub(super) struct Public;

/// Those permitted `A`, and with less the public.
pub(super) struct Maybe<A>(std::marker::PhantomData<A>);

impl<A: Action> Access for A {
    const ACTION: &'static str = A::NAME;
    const LOGIN: Login = Login::Required;
    const ROLES: &'static [Role] = A::ROLES;
    const SCOPE: &'static str = <A::Scope as ActionScope>::WORD;
}

impl<A: Action> Access for Maybe<A> {
    const ACTION: &'static str = A::NAME;
    const LOGIN: Login = Login::Optional;
    const ROLES: &'static [Role] = A::ROLES;
    const SCOPE: &'static str = <A::Scope as ActionScope>::WORD;
}

impl Access for Public {
    const ACTION: &'static str = "Public";
    const LOGIN: Login = Login::Never;
    const ROLES: &'static [Role] = &[];
    const SCOPE: &'static str = "";
}

/// An argument of a handler.
pub(super) trait Argument {
    /// Who gets in by it.
    type Access;
    /// The body it reads.
    type Body;
    /// Tells what of the request it reads.
    fn describe(operation: &mut Operation<'_>);
}

/// The arguments of a handler together.
pub(super) trait Arguments {
    /// Who gets in.
    type Access;
    /// The body that is read.
    type Body;
    /// Tells what of the request they read.
    fn describe(operation: &mut Operation<'_>);
}

/// A handler that answers JSON, or nothing.
pub(super) fn json<A, B, T, const STATUS: u16, H, Args>(handler: H) -> Handled
where
    H: Handler<Args, Output = Result<Answer<T, STATUS>, Problem>>,
    Args: Arguments<Access = A, Body = B> + FromRequest + 'static,
    T: Serialize + JsonSchema + 'static,
{
    Handled {
        route: web::route().to(handler),
        describe: |operation| {
            Args::describe(operation);
            operation.answers::<T>();
        },
    }
}

/// A handler that answers something else than JSON of the API: a page, a signed object, a picture.
pub(super) fn document<A, B, H, Args>(handler: H) -> Handled
where
    H: Handler<Args, Output: Document>,
    Args: Arguments<Access = A, Body = B> + FromRequest + 'static,
{
    Handled {
        route: web::route().to(handler),
        describe: |operation| {
            Args::describe(operation);
            operation.answers_document();
        },
    }
}

/// What a handler of a document gives back.
pub(super) trait Document: Responder + 'static {}
impl Document for HttpResponse {}
impl Document for Result<HttpResponse, Problem> {}

macro_rules! argument {
    ($([$($generics:tt)*] $argument:ty, $access:ty, $body:ty, |$operation:ident| $describe:expr;)+) => { $(
        impl<$($generics)*> Argument for $argument {
            type Access = $access;
            type Body = $body;
            fn describe($operation: &mut Operation<'_>) {
                let () = $describe;
            }
        }
    )+ };
}

argument! {
    [T: 'static] web::Data<T>, Public, (), |_operation| ();
    [] HttpRequest, Public, (), |_operation| ();
    [A: Action] Permitted<A>, A, (), |_operation| ();
    [A: Action] MaybePermitted<A>, Maybe<A>, (), |_operation| ();
    [T: JsonSchema] web::Path<T>, Public, (), |operation| operation.path_parameters::<T>();
    [T: JsonSchema] web::Query<T>, Public, (), |operation| operation.query::<T>();
    [] Paging, Public, (), |operation| operation.query::<PageQuery>();
    [] IfMatch, Public, (), |operation| operation.header(
        "If-Match", "ETags of the versions that may be changed; any if left out, which pages may not do (428).",
        &[412, 428]);
    [] IdempotencyKey, Public, (), |operation| operation.header(
        "Idempotency-Key", "1 to 128 ASCII characters; the same request sent again under it gets the first answer.",
        &[422]);
    [T: JsonSchema + 'static] web::Form<T>, Public, T, |operation| operation.form::<T>();
    [T: JsonSchema] Body<T>, Public, T, |operation| operation.body::<T>();
    [T: JsonSchema, const MOST: usize] FormWithFile<T, MOST>, Public, T, |operation| operation.form_with_file::<T>();
    [T: JsonSchema] JsonOrFile<T>, Public, T, |operation| operation.body_or_file::<T>();
    [T: JsonSchema] JsonWithFile<T>, Public, T, |operation| operation.body_with_file::<T>();
    [] OneFile, Public, OneFile, |operation| operation.file();
}

macro_rules! arguments {
    // No argument, or one: it may be anything.
    () => {
        impl Arguments for () {
            type Access = Public;
            type Body = ();
            fn describe(_: &mut Operation<'_>) {}
        }
    };
    ($only:ident) => {
        impl<$only: Argument> Arguments for ($only,) {
            type Access = $only::Access;
            type Body = $only::Body;
            fn describe(operation: &mut Operation<'_>) {
                $only::describe(operation);
            }
        }
    };
    // Only the second says who gets in; only the last reads a body.
    ($first:ident $second:ident) => {
        impl<$first: Argument<Access = Public, Body = ()>, $second: Argument> Arguments for ($first, $second) {
            type Access = $second::Access;
            type Body = $second::Body;
            fn describe(operation: &mut Operation<'_>) {
                $first::describe(operation);
                $second::describe(operation);
            }
        }
    };
    ($first:ident $second:ident $($middle:ident)* ; $last:ident) => {
        impl<
            $first: Argument<Access = Public, Body = ()>,
            $second: Argument<Body = ()>,
            $($middle: Argument<Access = Public, Body = ()>,)*
            $last: Argument<Access = Public>,
        > Arguments for ($first, $second, $($middle,)* $last) {
            type Access = $second::Access;
            type Body = $last::Body;
            fn describe(operation: &mut Operation<'_>) {
                $first::describe(operation);
                $second::describe(operation);
                $($middle::describe(operation);)*
                $last::describe(operation);
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B; Z);
arguments!(A B C; Z);
arguments!(A B C D; Z);
arguments!(A B C D E; Z);
arguments!(A B C D E F; Z);
arguments!(A B C D E F G; Z);
