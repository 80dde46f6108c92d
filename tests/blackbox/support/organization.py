"""An organization with what tests put into it."""

from support.policies import document

MANAGEMENT = "000000000000"


class Organization:
    """An organization of account 000000000000, or another, as its root user sees it."""

    def __init__(self, server, *types, management=MANAGEMENT):
        self.server, self.management = server, management
        self.client = server.root(management).client("organizations")
        self.id = self.client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.root = self.client.list_roots()["Roots"][0]["Id"]
        for kind in types:
            self.client.enable_policy_type(RootId=self.root, PolicyType=kind)

    def unit(self, name, parent=None):
        answer = self.client.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return answer["OrganizationalUnit"]["Id"]

    def account(self, name, parent=None):
        request = self.client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
        status = self.client.describe_create_account_status(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]
        assert status["State"] == "SUCCEEDED"
        if parent:
            self.client.move_account(
                AccountId=status["AccountId"], SourceParentId=self.root, DestinationParentId=parent
            )
        return status["AccountId"]

    def policy(self, name, *statements, kind="SERVICE_CONTROL_POLICY"):
        content = document(list(statements))
        answer = self.client.create_policy(Name=name, Description="", Type=kind, Content=content)
        return answer["Policy"]["PolicySummary"]["Id"]

    def attach(self, policy, target):
        self.client.attach_policy(PolicyId=policy, TargetId=target)

    def detach(self, policy, target):
        self.client.detach_policy(PolicyId=policy, TargetId=target)
