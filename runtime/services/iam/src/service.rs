//! The operations that are here, each handed to the module of its noun.

use stockade_iam_api::shapes;
use stockade_spec::{Error, RequestContext, Unit};
use stockade_store::Scope;

use crate::{
    Iam, access_keys, boundaries, entity, groups, instance_profiles, paging, policies, render,
    roles, state, tags, usage, users,
};

impl stockade_iam_api::Iam for Iam {
    async fn create_user(
        &self,
        context: &RequestContext,
        input: shapes::CreateUserRequest,
    ) -> Result<shapes::CreateUserResponse, Error> {
        users::create(self, context, input).await
    }

    async fn get_user(
        &self,
        context: &RequestContext,
        input: shapes::GetUserRequest,
    ) -> Result<shapes::GetUserResponse, Error> {
        users::read(self, context, input).await
    }

    async fn list_users(
        &self,
        context: &RequestContext,
        input: shapes::ListUsersRequest,
    ) -> Result<shapes::ListUsersResponse, Error> {
        users::list(self, context, input).await
    }

    async fn update_user(
        &self,
        context: &RequestContext,
        input: shapes::UpdateUserRequest,
    ) -> Result<Unit, Error> {
        users::update(self, context, input).await.map(|()| Unit)
    }

    async fn delete_user(
        &self,
        context: &RequestContext,
        input: shapes::DeleteUserRequest,
    ) -> Result<Unit, Error> {
        users::delete(self, context, input).await.map(|()| Unit)
    }

    async fn update_group(
        &self,
        context: &RequestContext,
        input: shapes::UpdateGroupRequest,
    ) -> Result<Unit, Error> {
        groups::update(self, context, input).await.map(|()| Unit)
    }

    async fn delete_group(
        &self,
        context: &RequestContext,
        input: shapes::DeleteGroupRequest,
    ) -> Result<Unit, Error> {
        groups::delete(self, context, input).await.map(|()| Unit)
    }

    async fn add_user_to_group(
        &self,
        context: &RequestContext,
        input: shapes::AddUserToGroupRequest,
    ) -> Result<Unit, Error> {
        groups::add_user(self, context, input).await.map(|()| Unit)
    }

    async fn remove_user_from_group(
        &self,
        context: &RequestContext,
        input: shapes::RemoveUserFromGroupRequest,
    ) -> Result<Unit, Error> {
        groups::remove_user(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn update_assume_role_policy(
        &self,
        context: &RequestContext,
        input: shapes::UpdateAssumeRolePolicyRequest,
    ) -> Result<Unit, Error> {
        roles::update_trust(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_role(
        &self,
        context: &RequestContext,
        input: shapes::DeleteRoleRequest,
    ) -> Result<Unit, Error> {
        roles::delete(self, context, input).await.map(|()| Unit)
    }

    async fn update_access_key(
        &self,
        context: &RequestContext,
        input: shapes::UpdateAccessKeyRequest,
    ) -> Result<Unit, Error> {
        access_keys::update(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_access_key(
        &self,
        context: &RequestContext,
        input: shapes::DeleteAccessKeyRequest,
    ) -> Result<Unit, Error> {
        access_keys::delete(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn put_user_permissions_boundary(
        &self,
        context: &RequestContext,
        input: shapes::PutUserPermissionsBoundaryRequest,
    ) -> Result<Unit, Error> {
        boundaries::put_of_user(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_user_permissions_boundary(
        &self,
        context: &RequestContext,
        input: shapes::DeleteUserPermissionsBoundaryRequest,
    ) -> Result<Unit, Error> {
        boundaries::delete_of_user(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn put_role_permissions_boundary(
        &self,
        context: &RequestContext,
        input: shapes::PutRolePermissionsBoundaryRequest,
    ) -> Result<Unit, Error> {
        boundaries::put_of_role(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_role_permissions_boundary(
        &self,
        context: &RequestContext,
        input: shapes::DeleteRolePermissionsBoundaryRequest,
    ) -> Result<Unit, Error> {
        boundaries::delete_of_role(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_policy(
        &self,
        context: &RequestContext,
        input: shapes::DeletePolicyRequest,
    ) -> Result<Unit, Error> {
        policies::delete(self, context, input).await.map(|()| Unit)
    }

    async fn set_default_policy_version(
        &self,
        context: &RequestContext,
        input: shapes::SetDefaultPolicyVersionRequest,
    ) -> Result<Unit, Error> {
        policies::set_default_version(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_policy_version(
        &self,
        context: &RequestContext,
        input: shapes::DeletePolicyVersionRequest,
    ) -> Result<Unit, Error> {
        policies::delete_version(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn delete_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::DeleteInstanceProfileRequest,
    ) -> Result<Unit, Error> {
        instance_profiles::delete(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn add_role_to_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::AddRoleToInstanceProfileRequest,
    ) -> Result<Unit, Error> {
        instance_profiles::add_role(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn remove_role_from_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::RemoveRoleFromInstanceProfileRequest,
    ) -> Result<Unit, Error> {
        instance_profiles::remove_role(self, context, input)
            .await
            .map(|()| Unit)
    }

    async fn create_group(
        &self,
        context: &RequestContext,
        input: shapes::CreateGroupRequest,
    ) -> Result<shapes::CreateGroupResponse, Error> {
        groups::create(self, context, input).await
    }

    async fn get_group(
        &self,
        context: &RequestContext,
        input: shapes::GetGroupRequest,
    ) -> Result<shapes::GetGroupResponse, Error> {
        groups::read(self, context, input).await
    }

    async fn list_groups(
        &self,
        context: &RequestContext,
        input: shapes::ListGroupsRequest,
    ) -> Result<shapes::ListGroupsResponse, Error> {
        groups::list(self, context, input).await
    }

    async fn list_groups_for_user(
        &self,
        context: &RequestContext,
        input: shapes::ListGroupsForUserRequest,
    ) -> Result<shapes::ListGroupsForUserResponse, Error> {
        groups::list_for_user(self, context, input).await
    }

    async fn create_role(
        &self,
        context: &RequestContext,
        input: shapes::CreateRoleRequest,
    ) -> Result<shapes::CreateRoleResponse, Error> {
        roles::create(self, context, input).await
    }

    async fn get_role(
        &self,
        context: &RequestContext,
        input: shapes::GetRoleRequest,
    ) -> Result<shapes::GetRoleResponse, Error> {
        roles::read(self, context, input).await
    }

    async fn list_roles(
        &self,
        context: &RequestContext,
        input: shapes::ListRolesRequest,
    ) -> Result<shapes::ListRolesResponse, Error> {
        roles::list(self, context, input).await
    }

    async fn update_role(
        &self,
        context: &RequestContext,
        input: shapes::UpdateRoleRequest,
    ) -> Result<shapes::UpdateRoleResponse, Error> {
        roles::update(self, context, input).await
    }

    async fn update_role_description(
        &self,
        context: &RequestContext,
        input: shapes::UpdateRoleDescriptionRequest,
    ) -> Result<shapes::UpdateRoleDescriptionResponse, Error> {
        roles::update_description(self, context, input).await
    }

    async fn create_access_key(
        &self,
        context: &RequestContext,
        input: shapes::CreateAccessKeyRequest,
    ) -> Result<shapes::CreateAccessKeyResponse, Error> {
        access_keys::create(self, context, input).await
    }

    async fn list_access_keys(
        &self,
        context: &RequestContext,
        input: shapes::ListAccessKeysRequest,
    ) -> Result<shapes::ListAccessKeysResponse, Error> {
        access_keys::list(self, context, input).await
    }

    async fn get_access_key_last_used(
        &self,
        context: &RequestContext,
        input: shapes::GetAccessKeyLastUsedRequest,
    ) -> Result<shapes::GetAccessKeyLastUsedResponse, Error> {
        access_keys::last_used(self, context, input).await
    }

    async fn create_policy(
        &self,
        context: &RequestContext,
        input: shapes::CreatePolicyRequest,
    ) -> Result<shapes::CreatePolicyResponse, Error> {
        policies::create(self, context, input).await
    }

    async fn get_policy(
        &self,
        context: &RequestContext,
        input: shapes::GetPolicyRequest,
    ) -> Result<shapes::GetPolicyResponse, Error> {
        policies::read(self, context, input).await
    }

    async fn list_policies(
        &self,
        context: &RequestContext,
        input: shapes::ListPoliciesRequest,
    ) -> Result<shapes::ListPoliciesResponse, Error> {
        policies::list(self, context, input).await
    }

    async fn create_policy_version(
        &self,
        context: &RequestContext,
        input: shapes::CreatePolicyVersionRequest,
    ) -> Result<shapes::CreatePolicyVersionResponse, Error> {
        policies::create_version(self, context, input).await
    }

    async fn get_policy_version(
        &self,
        context: &RequestContext,
        input: shapes::GetPolicyVersionRequest,
    ) -> Result<shapes::GetPolicyVersionResponse, Error> {
        policies::read_version(self, context, input).await
    }

    async fn list_policy_versions(
        &self,
        context: &RequestContext,
        input: shapes::ListPolicyVersionsRequest,
    ) -> Result<shapes::ListPolicyVersionsResponse, Error> {
        policies::list_versions(self, context, input).await
    }

    async fn list_entities_for_policy(
        &self,
        context: &RequestContext,
        input: shapes::ListEntitiesForPolicyRequest,
    ) -> Result<shapes::ListEntitiesForPolicyResponse, Error> {
        usage::list(self, context, input).await
    }

    async fn create_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::CreateInstanceProfileRequest,
    ) -> Result<shapes::CreateInstanceProfileResponse, Error> {
        instance_profiles::create(self, context, input).await
    }

    async fn get_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::GetInstanceProfileRequest,
    ) -> Result<shapes::GetInstanceProfileResponse, Error> {
        instance_profiles::read(self, context, input).await
    }

    async fn list_instance_profiles(
        &self,
        context: &RequestContext,
        input: shapes::ListInstanceProfilesRequest,
    ) -> Result<shapes::ListInstanceProfilesResponse, Error> {
        instance_profiles::list(self, context, input).await
    }

    async fn list_instance_profiles_for_role(
        &self,
        context: &RequestContext,
        input: shapes::ListInstanceProfilesForRoleRequest,
    ) -> Result<shapes::ListInstanceProfilesForRoleResponse, Error> {
        instance_profiles::list_for_role(self, context, input).await
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
        users::change_tags(self, context, &input.user_name, |tags| {
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
        users::change_tags(self, context, &input.user_name, |tags| {
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
        roles::change_tags(self, context, &input.role_name, |tags| {
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
        roles::change_tags(self, context, &input.role_name, |tags| {
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
        policies::change_tags(self, context, &input.policy_arn, |tags| {
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
        policies::change_tags(self, context, &input.policy_arn, |tags| {
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
        instance_profiles::change_tags(self, context, &input.instance_profile_name, |tags| {
            tags::merge(tags, new.clone())
        })
        .await
        .map(|()| Unit)
    }

    async fn untag_instance_profile(
        &self,
        context: &RequestContext,
        input: shapes::UntagInstanceProfileRequest,
    ) -> Result<Unit, Error> {
        instance_profiles::change_tags(self, context, &input.instance_profile_name, |tags| {
            tags::remove(tags, &input.tag_keys);
            Ok(())
        })
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
