//! The operations that are here, each handed to the module of its noun.

use stockade_iam_api::shapes;
use stockade_kit::operations;
use stockade_spec::{Error, RequestContext, Unit};
use stockade_store::Scope;

use crate::{
    Iam, access_keys, boundaries, entity, groups, instance_profiles, paging, policies, quotas,
    render, roles, service_linked, simulate, state, tags, usage, users,
};

impl stockade_iam_api::Iam for Iam {
    operations! {
        simulate_custom_policy(SimulateCustomPolicyRequest) -> SimulatePolicyResponse = simulate::custom;
        simulate_principal_policy(SimulatePrincipalPolicyRequest) -> SimulatePolicyResponse = simulate::principal;
        get_context_keys_for_custom_policy(GetContextKeysForCustomPolicyRequest) -> GetContextKeysForPolicyResponse = simulate::keys_of_custom;
        get_context_keys_for_principal_policy(GetContextKeysForPrincipalPolicyRequest) -> GetContextKeysForPolicyResponse = simulate::keys_of_principal;
        create_user(CreateUserRequest) -> CreateUserResponse = users::create;
        get_user(GetUserRequest) -> GetUserResponse = users::read;
        list_users(ListUsersRequest) -> ListUsersResponse = users::list;
        create_group(CreateGroupRequest) -> CreateGroupResponse = groups::create;
        get_group(GetGroupRequest) -> GetGroupResponse = groups::read;
        list_groups(ListGroupsRequest) -> ListGroupsResponse = groups::list;
        list_groups_for_user(ListGroupsForUserRequest) -> ListGroupsForUserResponse = groups::list_for_user;
        create_role(CreateRoleRequest) -> CreateRoleResponse = roles::create;
        get_role(GetRoleRequest) -> GetRoleResponse = roles::read;
        list_roles(ListRolesRequest) -> ListRolesResponse = roles::list;
        update_role(UpdateRoleRequest) -> UpdateRoleResponse = roles::update;
        update_role_description(UpdateRoleDescriptionRequest) -> UpdateRoleDescriptionResponse = roles::update_description;
        create_access_key(CreateAccessKeyRequest) -> CreateAccessKeyResponse = access_keys::create;
        list_access_keys(ListAccessKeysRequest) -> ListAccessKeysResponse = access_keys::list;
        get_access_key_last_used(GetAccessKeyLastUsedRequest) -> GetAccessKeyLastUsedResponse = access_keys::last_used;
        create_policy(CreatePolicyRequest) -> CreatePolicyResponse = policies::create;
        get_policy(GetPolicyRequest) -> GetPolicyResponse = policies::read;
        list_policies(ListPoliciesRequest) -> ListPoliciesResponse = policies::list;
        create_policy_version(CreatePolicyVersionRequest) -> CreatePolicyVersionResponse = policies::create_version;
        get_policy_version(GetPolicyVersionRequest) -> GetPolicyVersionResponse = policies::read_version;
        list_policy_versions(ListPolicyVersionsRequest) -> ListPolicyVersionsResponse = policies::list_versions;
        list_entities_for_policy(ListEntitiesForPolicyRequest) -> ListEntitiesForPolicyResponse = usage::list;
        create_instance_profile(CreateInstanceProfileRequest) -> CreateInstanceProfileResponse = instance_profiles::create;
        get_instance_profile(GetInstanceProfileRequest) -> GetInstanceProfileResponse = instance_profiles::read;
        list_instance_profiles(ListInstanceProfilesRequest) -> ListInstanceProfilesResponse = instance_profiles::list;
        list_instance_profiles_for_role(ListInstanceProfilesForRoleRequest) -> ListInstanceProfilesForRoleResponse = instance_profiles::list_for_role;
    }

    async fn get_account_summary(
        &self,
        context: &RequestContext,
        input: Unit,
    ) -> Result<shapes::GetAccountSummaryResponse, Error> {
        quotas::summary(self, context, input).await
    }

    operations! {
        create_service_linked_role(CreateServiceLinkedRoleRequest) -> CreateServiceLinkedRoleResponse = service_linked::create;
        delete_service_linked_role(DeleteServiceLinkedRoleRequest) -> DeleteServiceLinkedRoleResponse = service_linked::delete;
        get_service_linked_role_deletion_status(GetServiceLinkedRoleDeletionStatusRequest) -> GetServiceLinkedRoleDeletionStatusResponse = service_linked::deletion_status;
    }

    operations! {
        update_user(UpdateUserRequest) = users::update;
        delete_user(DeleteUserRequest) = users::delete;
        update_group(UpdateGroupRequest) = groups::update;
        delete_group(DeleteGroupRequest) = groups::delete;
        add_user_to_group(AddUserToGroupRequest) = groups::add_user;
        remove_user_from_group(RemoveUserFromGroupRequest) = groups::remove_user;
        update_assume_role_policy(UpdateAssumeRolePolicyRequest) = roles::update_trust;
        delete_role(DeleteRoleRequest) = roles::delete;
        update_access_key(UpdateAccessKeyRequest) = access_keys::update;
        delete_access_key(DeleteAccessKeyRequest) = access_keys::delete;
        put_user_permissions_boundary(PutUserPermissionsBoundaryRequest) = boundaries::put_of_user;
        delete_user_permissions_boundary(DeleteUserPermissionsBoundaryRequest) = boundaries::delete_of_user;
        put_role_permissions_boundary(PutRolePermissionsBoundaryRequest) = boundaries::put_of_role;
        delete_role_permissions_boundary(DeleteRolePermissionsBoundaryRequest) = boundaries::delete_of_role;
        delete_policy(DeletePolicyRequest) = policies::delete;
        set_default_policy_version(SetDefaultPolicyVersionRequest) = policies::set_default_version;
        delete_policy_version(DeletePolicyVersionRequest) = policies::delete_version;
        delete_instance_profile(DeleteInstanceProfileRequest) = instance_profiles::delete;
        add_role_to_instance_profile(AddRoleToInstanceProfileRequest) = instance_profiles::add_role;
        remove_role_from_instance_profile(RemoveRoleFromInstanceProfileRequest) = instance_profiles::remove_role;
    }

    async fn put_user_policy(
        &self,
        context: &RequestContext,
        input: shapes::PutUserPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::put_inline::<state::User>(
            self,
            context,
            &input.user_name,
            &input.policy_name,
            &input.policy_document,
        )
        .await
        .map(|()| Unit)
    }

    async fn get_user_policy(
        &self,
        context: &RequestContext,
        input: shapes::GetUserPolicyRequest,
    ) -> Result<shapes::GetUserPolicyResponse, Error> {
        let document = entity::read_inline::<state::User>(
            self,
            context,
            &input.user_name,
            &input.policy_name,
        )?;
        Ok(shapes::GetUserPolicyResponse {
            policy_document: render::document(&document),
            policy_name: input.policy_name,
            user_name: input.user_name,
        })
    }

    async fn delete_user_policy(
        &self,
        context: &RequestContext,
        input: shapes::DeleteUserPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::delete_inline::<state::User>(self, context, &input.user_name, &input.policy_name)
            .await
            .map(|()| Unit)
    }

    async fn list_user_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListUserPoliciesRequest,
    ) -> Result<shapes::ListUserPoliciesResponse, Error> {
        let request =
            paging::Request::new("ListUserPolicies", input.marker.as_deref(), input.max_items)?;
        let page = entity::list_inline::<state::User>(self, context, &input.user_name, request)?;
        Ok(shapes::ListUserPoliciesResponse {
            is_truncated: Some(page.is_truncated()),
            policy_names: page.items,
            marker: page.next,
        })
    }

    async fn attach_user_policy(
        &self,
        context: &RequestContext,
        input: shapes::AttachUserPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::attach::<state::User>(self, context, &input.user_name, &input.policy_arn)
            .await
            .map(|()| Unit)
    }

    async fn detach_user_policy(
        &self,
        context: &RequestContext,
        input: shapes::DetachUserPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::detach::<state::User>(self, context, &input.user_name, &input.policy_arn)
            .await
            .map(|()| Unit)
    }

    async fn list_attached_user_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListAttachedUserPoliciesRequest,
    ) -> Result<shapes::ListAttachedUserPoliciesResponse, Error> {
        let request = paging::Request::new(
            "ListAttachedUserPolicies",
            input.marker.as_deref(),
            input.max_items,
        )?;
        let page = entity::list_attached::<state::User>(
            self,
            context,
            &input.user_name,
            input.path_prefix.as_deref(),
            request,
        )?;
        Ok(shapes::ListAttachedUserPoliciesResponse {
            is_truncated: Some(page.is_truncated()),
            attached_policies: Some(render::attached(page.items)),
            marker: page.next,
        })
    }

    async fn put_group_policy(
        &self,
        context: &RequestContext,
        input: shapes::PutGroupPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::put_inline::<state::Group>(
            self,
            context,
            &input.group_name,
            &input.policy_name,
            &input.policy_document,
        )
        .await
        .map(|()| Unit)
    }

    async fn get_group_policy(
        &self,
        context: &RequestContext,
        input: shapes::GetGroupPolicyRequest,
    ) -> Result<shapes::GetGroupPolicyResponse, Error> {
        let document = entity::read_inline::<state::Group>(
            self,
            context,
            &input.group_name,
            &input.policy_name,
        )?;
        Ok(shapes::GetGroupPolicyResponse {
            policy_document: render::document(&document),
            policy_name: input.policy_name,
            group_name: input.group_name,
        })
    }

    async fn delete_group_policy(
        &self,
        context: &RequestContext,
        input: shapes::DeleteGroupPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::delete_inline::<state::Group>(self, context, &input.group_name, &input.policy_name)
            .await
            .map(|()| Unit)
    }

    async fn list_group_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListGroupPoliciesRequest,
    ) -> Result<shapes::ListGroupPoliciesResponse, Error> {
        let request = paging::Request::new(
            "ListGroupPolicies",
            input.marker.as_deref(),
            input.max_items,
        )?;
        let page = entity::list_inline::<state::Group>(self, context, &input.group_name, request)?;
        Ok(shapes::ListGroupPoliciesResponse {
            is_truncated: Some(page.is_truncated()),
            policy_names: page.items,
            marker: page.next,
        })
    }

    async fn attach_group_policy(
        &self,
        context: &RequestContext,
        input: shapes::AttachGroupPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::attach::<state::Group>(self, context, &input.group_name, &input.policy_arn)
            .await
            .map(|()| Unit)
    }

    async fn detach_group_policy(
        &self,
        context: &RequestContext,
        input: shapes::DetachGroupPolicyRequest,
    ) -> Result<Unit, Error> {
        entity::detach::<state::Group>(self, context, &input.group_name, &input.policy_arn)
            .await
            .map(|()| Unit)
    }

    async fn list_attached_group_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListAttachedGroupPoliciesRequest,
    ) -> Result<shapes::ListAttachedGroupPoliciesResponse, Error> {
        let request = paging::Request::new(
            "ListAttachedGroupPolicies",
            input.marker.as_deref(),
            input.max_items,
        )?;
        let page = entity::list_attached::<state::Group>(
            self,
            context,
            &input.group_name,
            input.path_prefix.as_deref(),
            request,
        )?;
        Ok(shapes::ListAttachedGroupPoliciesResponse {
            is_truncated: Some(page.is_truncated()),
            attached_policies: Some(render::attached(page.items)),
            marker: page.next,
        })
    }

    async fn put_role_policy(
        &self,
        context: &RequestContext,
        input: shapes::PutRolePolicyRequest,
    ) -> Result<Unit, Error> {
        entity::put_inline::<state::Role>(
            self,
            context,
            &input.role_name,
            &input.policy_name,
            &input.policy_document,
        )
        .await
        .map(|()| Unit)
    }

    async fn get_role_policy(
        &self,
        context: &RequestContext,
        input: shapes::GetRolePolicyRequest,
    ) -> Result<shapes::GetRolePolicyResponse, Error> {
        let document = entity::read_inline::<state::Role>(
            self,
            context,
            &input.role_name,
            &input.policy_name,
        )?;
        Ok(shapes::GetRolePolicyResponse {
            policy_document: render::document(&document),
            policy_name: input.policy_name,
            role_name: input.role_name,
        })
    }

    async fn delete_role_policy(
        &self,
        context: &RequestContext,
        input: shapes::DeleteRolePolicyRequest,
    ) -> Result<Unit, Error> {
        entity::delete_inline::<state::Role>(self, context, &input.role_name, &input.policy_name)
            .await
            .map(|()| Unit)
    }

    async fn list_role_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListRolePoliciesRequest,
    ) -> Result<shapes::ListRolePoliciesResponse, Error> {
        let request =
            paging::Request::new("ListRolePolicies", input.marker.as_deref(), input.max_items)?;
        let page = entity::list_inline::<state::Role>(self, context, &input.role_name, request)?;
        Ok(shapes::ListRolePoliciesResponse {
            is_truncated: Some(page.is_truncated()),
            policy_names: page.items,
            marker: page.next,
        })
    }

    async fn attach_role_policy(
        &self,
        context: &RequestContext,
        input: shapes::AttachRolePolicyRequest,
    ) -> Result<Unit, Error> {
        entity::attach::<state::Role>(self, context, &input.role_name, &input.policy_arn)
            .await
            .map(|()| Unit)
    }

    async fn detach_role_policy(
        &self,
        context: &RequestContext,
        input: shapes::DetachRolePolicyRequest,
    ) -> Result<Unit, Error> {
        entity::detach::<state::Role>(self, context, &input.role_name, &input.policy_arn)
            .await
            .map(|()| Unit)
    }

    async fn list_attached_role_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListAttachedRolePoliciesRequest,
    ) -> Result<shapes::ListAttachedRolePoliciesResponse, Error> {
        let request = paging::Request::new(
            "ListAttachedRolePolicies",
            input.marker.as_deref(),
            input.max_items,
        )?;
        let page = entity::list_attached::<state::Role>(
            self,
            context,
            &input.role_name,
            input.path_prefix.as_deref(),
            request,
        )?;
        Ok(shapes::ListAttachedRolePoliciesResponse {
            is_truncated: Some(page.is_truncated()),
            attached_policies: Some(render::attached(page.items)),
            marker: page.next,
        })
    }

    async fn tag_user(
        &self,
        context: &RequestContext,
        input: shapes::TagUserRequest,
    ) -> Result<Unit, Error> {
        let new = tags::from_input(Some(&input.tags))?;
        tags::change::<state::User>(self, context, &input.user_name, |tags| {
            tags::merge(tags, new.clone())
        })
        .await
        .map(|()| Unit)
    }

    async fn untag_user(
        &self,
        context: &RequestContext,
        input: shapes::UntagUserRequest,
    ) -> Result<Unit, Error> {
        tags::change::<state::User>(self, context, &input.user_name, |tags| {
            tags::remove(tags, &input.tag_keys);
            Ok(())
        })
        .await
        .map(|()| Unit)
    }

    async fn list_user_tags(
        &self,
        context: &RequestContext,
        input: shapes::ListUserTagsRequest,
    ) -> Result<shapes::ListUserTagsResponse, Error> {
        let request =
            paging::Request::new("ListUserTags", input.marker.as_deref(), input.max_items)?;
        let tags = users::get(
            &self.store.snapshot(),
            &Scope::account(&context.account),
            &input.user_name,
        )?
        .tags;
        let page = paging::items(request, tags::to_shape(&tags), |tag| tag.key.as_str())?;
        Ok(shapes::ListUserTagsResponse {
            is_truncated: Some(page.is_truncated()),
            tags: page.items,
            marker: page.next,
        })
    }

    async fn tag_role(
        &self,
        context: &RequestContext,
        input: shapes::TagRoleRequest,
    ) -> Result<Unit, Error> {
        let new = tags::from_input(Some(&input.tags))?;
        tags::change::<state::Role>(self, context, &input.role_name, |tags| {
            tags::merge(tags, new.clone())
        })
        .await
        .map(|()| Unit)
    }

    async fn untag_role(
        &self,
        context: &RequestContext,
        input: shapes::UntagRoleRequest,
    ) -> Result<Unit, Error> {
        tags::change::<state::Role>(self, context, &input.role_name, |tags| {
            tags::remove(tags, &input.tag_keys);
            Ok(())
        })
        .await
        .map(|()| Unit)
    }

    async fn list_role_tags(
        &self,
        context: &RequestContext,
        input: shapes::ListRoleTagsRequest,
    ) -> Result<shapes::ListRoleTagsResponse, Error> {
        let request =
            paging::Request::new("ListRoleTags", input.marker.as_deref(), input.max_items)?;
        let tags = roles::get(
            &self.store.snapshot(),
            &Scope::account(&context.account),
            &input.role_name,
        )?
        .tags;
        let page = paging::items(request, tags::to_shape(&tags), |tag| tag.key.as_str())?;
        Ok(shapes::ListRoleTagsResponse {
            is_truncated: Some(page.is_truncated()),
            tags: page.items,
            marker: page.next,
        })
    }

    async fn tag_policy(
        &self,
        context: &RequestContext,
        input: shapes::TagPolicyRequest,
    ) -> Result<Unit, Error> {
        let new = tags::from_input(Some(&input.tags))?;
        tags::change::<state::ManagedPolicy>(self, context, &input.policy_arn, |tags| {
            tags::merge(tags, new.clone())
        })
        .await
        .map(|()| Unit)
    }

    async fn untag_policy(
        &self,
        context: &RequestContext,
        input: shapes::UntagPolicyRequest,
    ) -> Result<Unit, Error> {
        tags::change::<state::ManagedPolicy>(self, context, &input.policy_arn, |tags| {
            tags::remove(tags, &input.tag_keys);
            Ok(())
        })
        .await
        .map(|()| Unit)
    }

    async fn list_policy_tags(
        &self,
        context: &RequestContext,
        input: shapes::ListPolicyTagsRequest,
    ) -> Result<shapes::ListPolicyTagsResponse, Error> {
        let request =
            paging::Request::new("ListPolicyTags", input.marker.as_deref(), input.max_items)?;
        let tags = policies::tags_of(self, context, &input.policy_arn)?;
        let page = paging::items(request, tags::to_shape(&tags), |tag| tag.key.as_str())?;
        Ok(shapes::ListPolicyTagsResponse {
            is_truncated: Some(page.is_truncated()),
            tags: page.items,
            marker: page.next,
        })
    }

    async fn tag_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::TagInstanceProfileRequest,
    ) -> Result<Unit, Error> {
        let new = tags::from_input(Some(&input.tags))?;
        tags::change::<state::InstanceProfile>(
            self,
            context,
            &input.instance_profile_name,
            |tags| tags::merge(tags, new.clone()),
        )
        .await
        .map(|()| Unit)
    }

    async fn untag_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::UntagInstanceProfileRequest,
    ) -> Result<Unit, Error> {
        tags::change::<state::InstanceProfile>(
            self,
            context,
            &input.instance_profile_name,
            |tags| {
                tags::remove(tags, &input.tag_keys);
                Ok(())
            },
        )
        .await
        .map(|()| Unit)
    }

    async fn list_instance_profile_tags(
        &self,
        context: &RequestContext,
        input: shapes::ListInstanceProfileTagsRequest,
    ) -> Result<shapes::ListInstanceProfileTagsResponse, Error> {
        let request = paging::Request::new(
            "ListInstanceProfileTags",
            input.marker.as_deref(),
            input.max_items,
        )?;
        let tags = instance_profiles::get(
            &self.store.snapshot(),
            &Scope::account(&context.account),
            &input.instance_profile_name,
        )?
        .tags;
        let page = paging::items(request, tags::to_shape(&tags), |tag| tag.key.as_str())?;
        Ok(shapes::ListInstanceProfileTagsResponse {
            is_truncated: Some(page.is_truncated()),
            tags: page.items,
            marker: page.next,
        })
    }
}
