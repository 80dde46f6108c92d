//! The operations that are here, each handed to the module of its noun.

use stockade_kit::operations;
use stockade_organizations_api::shapes;
use stockade_spec::{Error, RequestContext, Unit};

use crate::{
    Organizations, accounts, all_features, attachments, creations, delegation, departures,
    handshakes, invitations, management_policies, organization, policies, policy_types,
    resource_policy, tags, transfers, tree, trusted_services, units,
};

impl stockade_organizations_api::Organizations for Organizations {
    operations! {
        create_organization(CreateOrganizationRequest) -> CreateOrganizationResponse = organization::create;
        list_roots(ListRootsRequest) -> ListRootsResponse = organization::list_roots;
        enable_policy_type(EnablePolicyTypeRequest) -> EnablePolicyTypeResponse = policy_types::enable;
        disable_policy_type(DisablePolicyTypeRequest) -> DisablePolicyTypeResponse = policy_types::disable;
        list_parents(ListParentsRequest) -> ListParentsResponse = tree::list_parents;
        list_children(ListChildrenRequest) -> ListChildrenResponse = tree::list_children;
        create_organizational_unit(CreateOrganizationalUnitRequest) -> CreateOrganizationalUnitResponse = units::create;
        describe_organizational_unit(DescribeOrganizationalUnitRequest) -> DescribeOrganizationalUnitResponse = units::describe;
        update_organizational_unit(UpdateOrganizationalUnitRequest) -> UpdateOrganizationalUnitResponse = units::update;
        list_organizational_units_for_parent(ListOrganizationalUnitsForParentRequest) -> ListOrganizationalUnitsForParentResponse = units::list_for_parent;
        create_account(CreateAccountRequest) -> CreateAccountResponse = creations::create;
        describe_create_account_status(DescribeCreateAccountStatusRequest) -> DescribeCreateAccountStatusResponse = creations::describe;
        list_create_account_status(ListCreateAccountStatusRequest) -> ListCreateAccountStatusResponse = creations::list;
        describe_account(DescribeAccountRequest) -> DescribeAccountResponse = accounts::describe;
        list_accounts(ListAccountsRequest) -> ListAccountsResponse = accounts::list;
        list_accounts_for_parent(ListAccountsForParentRequest) -> ListAccountsForParentResponse = accounts::list_for_parent;
        create_policy(CreatePolicyRequest) -> CreatePolicyResponse = policies::create;
        describe_policy(DescribePolicyRequest) -> DescribePolicyResponse = policies::describe;
        list_policies(ListPoliciesRequest) -> ListPoliciesResponse = policies::list;
        update_policy(UpdatePolicyRequest) -> UpdatePolicyResponse = policies::update;
        describe_effective_policy(DescribeEffectivePolicyRequest) -> DescribeEffectivePolicyResponse = management_policies::describe_effective;
        list_effective_policy_validation_errors(ListEffectivePolicyValidationErrorsRequest) -> ListEffectivePolicyValidationErrorsResponse = management_policies::list_faults;
        list_accounts_with_invalid_effective_policy(ListAccountsWithInvalidEffectivePolicyRequest) -> ListAccountsWithInvalidEffectivePolicyResponse = management_policies::list_accounts_with_faults;
        list_policies_for_target(ListPoliciesForTargetRequest) -> ListPoliciesForTargetResponse = attachments::list_policies;
        list_targets_for_policy(ListTargetsForPolicyRequest) -> ListTargetsForPolicyResponse = attachments::list_targets;
        invite_account_to_organization(InviteAccountToOrganizationRequest) -> InviteAccountToOrganizationResponse = invitations::invite;
        accept_handshake(AcceptHandshakeRequest) -> AcceptHandshakeResponse = handshakes::accept;
        decline_handshake(DeclineHandshakeRequest) -> DeclineHandshakeResponse = handshakes::decline;
        cancel_handshake(CancelHandshakeRequest) -> CancelHandshakeResponse = handshakes::cancel;
        describe_handshake(DescribeHandshakeRequest) -> DescribeHandshakeResponse = handshakes::describe;
        list_handshakes_for_account(ListHandshakesForAccountRequest) -> ListHandshakesForAccountResponse = handshakes::list_for_account;
        list_handshakes_for_organization(ListHandshakesForOrganizationRequest) -> ListHandshakesForOrganizationResponse = handshakes::list_for_organization;
        list_aws_service_access_for_organization(ListAWSServiceAccessForOrganizationRequest) -> ListAWSServiceAccessForOrganizationResponse = trusted_services::list;
        list_delegated_administrators(ListDelegatedAdministratorsRequest) -> ListDelegatedAdministratorsResponse = delegation::list_administrators;
        list_delegated_services_for_account(ListDelegatedServicesForAccountRequest) -> ListDelegatedServicesForAccountResponse = delegation::list_services;
        put_resource_policy(PutResourcePolicyRequest) -> PutResourcePolicyResponse = resource_policy::put;
        create_gov_cloud_account(CreateGovCloudAccountRequest) -> CreateGovCloudAccountResponse = creations::create_gov_cloud;
        enable_all_features(EnableAllFeaturesRequest) -> EnableAllFeaturesResponse = all_features::enable;
        invite_organization_to_transfer_responsibility(InviteOrganizationToTransferResponsibilityRequest) -> InviteOrganizationToTransferResponsibilityResponse = transfers::invite;
        describe_responsibility_transfer(DescribeResponsibilityTransferRequest) -> DescribeResponsibilityTransferResponse = transfers::describe;
        update_responsibility_transfer(UpdateResponsibilityTransferRequest) -> UpdateResponsibilityTransferResponse = transfers::update;
        terminate_responsibility_transfer(TerminateResponsibilityTransferRequest) -> TerminateResponsibilityTransferResponse = transfers::terminate;
        list_inbound_responsibility_transfers(ListInboundResponsibilityTransfersRequest) -> ListInboundResponsibilityTransfersResponse = transfers::list_inbound;
        list_outbound_responsibility_transfers(ListOutboundResponsibilityTransfersRequest) -> ListOutboundResponsibilityTransfersResponse = transfers::list_outbound;
        list_tags_for_resource(ListTagsForResourceRequest) -> ListTagsForResourceResponse = tags::list;
    }

    operations! {
        delete_organizational_unit(DeleteOrganizationalUnitRequest) = units::delete;
        move_account(MoveAccountRequest) = accounts::move_to;
        remove_account_from_organization(RemoveAccountFromOrganizationRequest) = departures::remove;
        close_account(CloseAccountRequest) = departures::close;
        delete_policy(DeletePolicyRequest) = policies::delete;
        attach_policy(AttachPolicyRequest) = attachments::attach;
        detach_policy(DetachPolicyRequest) = attachments::detach;
        enable_aws_service_access(EnableAWSServiceAccessRequest) = trusted_services::enable;
        disable_aws_service_access(DisableAWSServiceAccessRequest) = trusted_services::disable;
        register_delegated_administrator(RegisterDelegatedAdministratorRequest) = delegation::register;
        deregister_delegated_administrator(DeregisterDelegatedAdministratorRequest) = delegation::deregister;
        tag_resource(TagResourceRequest) = tags::tag;
        untag_resource(UntagResourceRequest) = tags::untag;
    }

    async fn describe_organization(
        &self,
        context: &RequestContext,
        _input: Unit,
    ) -> Result<shapes::DescribeOrganizationResponse, Error> {
        organization::describe(self, context).await
    }

    async fn delete_organization(
        &self,
        context: &RequestContext,
        _input: Unit,
    ) -> Result<Unit, Error> {
        organization::delete(self, context).await.map(|()| Unit)
    }

    async fn describe_resource_policy(
        &self,
        context: &RequestContext,
        _input: Unit,
    ) -> Result<shapes::DescribeResourcePolicyResponse, Error> {
        resource_policy::describe(self, context).await
    }

    async fn delete_resource_policy(
        &self,
        context: &RequestContext,
        _input: Unit,
    ) -> Result<Unit, Error> {
        resource_policy::delete(self, context).await.map(|()| Unit)
    }

    async fn leave_organization(
        &self,
        context: &RequestContext,
        _input: Unit,
    ) -> Result<Unit, Error> {
        departures::leave(self, context).await.map(|()| Unit)
    }
}
