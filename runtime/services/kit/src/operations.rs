//! Handler traits whose operations are functions of their nouns' modules.

/// Operations of a handler trait, each handed to a function of its noun's module: those with an output, or those with none.
/// The service's shapes must be in scope as `shapes`.
///
/// ```ignore
/// impl stockade_iam_api::Iam for Iam {
///     stockade_kit::operations! {
///         create_user(CreateUserRequest) -> CreateUserResponse = users::create;
///     }
///     stockade_kit::operations! {
///         delete_user(DeleteUserRequest) = users::delete;
///     }
/// }
/// ```
#[macro_export]
macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident = $handler:path;)*) => {
        $(async fn $name(
            &self,
            context: &::stockade_spec::RequestContext,
            input: shapes::$input,
        ) -> Result<shapes::$output, ::stockade_spec::Error> {
            $handler(self, context, input).await
        })*
    };
    ($($name:ident($input:ident) = $handler:path;)*) => {
        $(async fn $name(
            &self,
            context: &::stockade_spec::RequestContext,
            input: shapes::$input,
        ) -> Result<::stockade_spec::Unit, ::stockade_spec::Error> {
            $handler(self, context, input).await.map(|()| ::stockade_spec::Unit)
        })*
    };
}
