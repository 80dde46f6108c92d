//! The operations, each handed to where its noun lives.

use stockade_lambda_api::shapes::*;
use stockade_spec::{Error, RequestContext, Unit};

use crate::{Lambda, account, aliases, configuration, functions, listing, policy, tags, versions};

impl stockade_lambda_api::Lambda for Lambda {
    async fn create_function(
        &self,
        context: &RequestContext,
        input: CreateFunctionRequest,
    ) -> Result<FunctionConfiguration, Error> {
        functions::create(self, context, input).await
    }

    async fn get_function(
        &self,
        context: &RequestContext,
        input: GetFunctionRequest,
    ) -> Result<GetFunctionResponse, Error> {
        functions::get(self, context, input)
    }

    async fn get_function_configuration(
        &self,
        context: &RequestContext,
        input: GetFunctionConfigurationRequest,
    ) -> Result<FunctionConfiguration, Error> {
        functions::configuration(self, context, input)
    }

    async fn list_functions(
        &self,
        context: &RequestContext,
        input: ListFunctionsRequest,
    ) -> Result<ListFunctionsResponse, Error> {
        listing::functions(self, context, input)
    }

    async fn delete_function(
        &self,
        context: &RequestContext,
        input: DeleteFunctionRequest,
    ) -> Result<DeleteFunctionResponse, Error> {
        functions::delete(self, context, input).await
    }

    async fn update_function_code(
        &self,
        context: &RequestContext,
        input: UpdateFunctionCodeRequest,
    ) -> Result<FunctionConfiguration, Error> {
        configuration::update_code(self, context, input).await
    }

    async fn update_function_configuration(
        &self,
        context: &RequestContext,
        input: UpdateFunctionConfigurationRequest,
    ) -> Result<FunctionConfiguration, Error> {
        configuration::update(self, context, input).await
    }

    async fn publish_version(
        &self,
        context: &RequestContext,
        input: PublishVersionRequest,
    ) -> Result<FunctionConfiguration, Error> {
        versions::publish_version(self, context, input).await
    }

    async fn list_versions_by_function(
        &self,
        context: &RequestContext,
        input: ListVersionsByFunctionRequest,
    ) -> Result<ListVersionsByFunctionResponse, Error> {
        versions::list(self, context, input)
    }

    async fn create_alias(
        &self,
        context: &RequestContext,
        input: CreateAliasRequest,
    ) -> Result<AliasConfiguration, Error> {
        aliases::create(self, context, input).await
    }

    async fn get_alias(
        &self,
        context: &RequestContext,
        input: GetAliasRequest,
    ) -> Result<AliasConfiguration, Error> {
        aliases::get(self, context, input)
    }

    async fn list_aliases(
        &self,
        context: &RequestContext,
        input: ListAliasesRequest,
    ) -> Result<ListAliasesResponse, Error> {
        aliases::list(self, context, input)
    }

    async fn update_alias(
        &self,
        context: &RequestContext,
        input: UpdateAliasRequest,
    ) -> Result<AliasConfiguration, Error> {
        aliases::update(self, context, input).await
    }

    async fn delete_alias(
        &self,
        context: &RequestContext,
        input: DeleteAliasRequest,
    ) -> Result<Unit, Error> {
        aliases::delete(self, context, input).await?;
        Ok(Unit)
    }

    async fn add_permission(
        &self,
        context: &RequestContext,
        input: AddPermissionRequest,
    ) -> Result<AddPermissionResponse, Error> {
        policy::add(self, context, input).await
    }

    async fn remove_permission(
        &self,
        context: &RequestContext,
        input: RemovePermissionRequest,
    ) -> Result<Unit, Error> {
        policy::remove(self, context, input).await?;
        Ok(Unit)
    }

    async fn get_policy(
        &self,
        context: &RequestContext,
        input: GetPolicyRequest,
    ) -> Result<GetPolicyResponse, Error> {
        policy::get(self, context, input)
    }

    async fn tag_resource(
        &self,
        context: &RequestContext,
        input: TagResourceRequest,
    ) -> Result<Unit, Error> {
        tags::tag(self, context, input).await?;
        Ok(Unit)
    }

    async fn untag_resource(
        &self,
        context: &RequestContext,
        input: UntagResourceRequest,
    ) -> Result<Unit, Error> {
        tags::untag(self, context, input).await?;
        Ok(Unit)
    }

    async fn list_tags(
        &self,
        context: &RequestContext,
        input: ListTagsRequest,
    ) -> Result<ListTagsResponse, Error> {
        tags::list(self, context, input)
    }

    async fn get_account_settings(
        &self,
        context: &RequestContext,
        _input: GetAccountSettingsRequest,
    ) -> Result<GetAccountSettingsResponse, Error> {
        account::settings(self, context)
    }

    async fn put_function_concurrency(
        &self,
        context: &RequestContext,
        input: PutFunctionConcurrencyRequest,
    ) -> Result<Concurrency, Error> {
        account::put_concurrency(self, context, input).await
    }

    async fn get_function_concurrency(
        &self,
        context: &RequestContext,
        input: GetFunctionConcurrencyRequest,
    ) -> Result<GetFunctionConcurrencyResponse, Error> {
        account::get_concurrency(self, context, input)
    }

    async fn delete_function_concurrency(
        &self,
        context: &RequestContext,
        input: DeleteFunctionConcurrencyRequest,
    ) -> Result<Unit, Error> {
        account::delete_concurrency(self, context, input).await?;
        Ok(Unit)
    }
}
