//! What becomes of each global condition key: the table of *AWS global condition context keys*, with what fills a key
//! here, or why nothing can.
//!
//! Invariant: a key that [`context`](crate::context) or a template sets stands here as filled, and no other does; the
//! tests of both hold it.

#[cfg(test)]
mod tests;

/// A global condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobalKey {
    /// The key as AWS writes it; one that ends in `/` stands for a key of each tag.
    pub name: &'static str,
    /// What it is a property of.
    pub property: Property,
    /// What becomes of it here.
    pub told: Told,
}

/// What a key is a property of, as AWS's page groups them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Who asks.
    Principal,
    /// The credentials of a role's session.
    Session,
    /// Where the request comes from.
    Network,
    /// What is asked for.
    Resource,
    /// The request itself.
    Request,
}

impl Property {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Session => "session",
            Self::Network => "network",
            Self::Resource => "resource",
            Self::Request => "request",
        }
    }
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It has a value, from this.
    From(&'static str),
    /// It is absent from every request, because of this.
    Never(&'static str),
}

impl Told {
    /// Whether the key may have a value.
    pub fn is_filled(self) -> bool {
        matches!(self, Self::From(_))
    }

    /// What fills it, or why nothing does.
    pub fn why(self) -> &'static str {
        match self {
            Self::From(why) | Self::Never(why) => why,
        }
    }
}

/// All global condition keys, in the order of AWS's page.
pub static GLOBAL_KEYS: &[GlobalKey] = &[
    principal(
        "aws:PrincipalArn",
        From("the caller's ARN; of a session, its role's"),
    ),
    principal(
        "aws:PrincipalAccount",
        From("the caller's account; `anonymous` for unsigned requests"),
    ),
    principal(
        "aws:PrincipalOrgPaths",
        From("where the caller's account stands in its organization"),
    ),
    principal(
        "aws:PrincipalOrgID",
        From("the organization of the caller's account"),
    ),
    principal(
        "aws:PrincipalTag/",
        From("the tags of the user or role, and over them those of the session"),
    ),
    principal(
        "aws:PrincipalIsAWSService",
        From("whether a service's principal asks"),
    ),
    principal(
        "aws:PrincipalServiceName",
        From("the service's principal that asks"),
    ),
    principal(
        "aws:PrincipalServiceNamesList",
        From("the name under which a service's principal asks; AWS alone knows its others"),
    ),
    principal("aws:PrincipalType", From("the kind of caller")),
    principal(
        "aws:userid",
        From("the caller's unique id; of a session, with the session's name"),
    ),
    principal("aws:username", From("the user's name; users alone have it")),
    session("aws:AssumedRoot", Never("sts:AssumeRoot is not built")),
    session(
        "aws:FederatedProvider",
        Never("no identity provider issues sessions here"),
    ),
    session("aws:TokenIssueTime", From("when the session was issued")),
    session(
        "aws:SignInSessionArn",
        Never("there is no console to sign in to"),
    ),
    session(
        "aws:MultiFactorAuthAge",
        From("the time since a session with MFA was issued"),
    ),
    session(
        "aws:MultiFactorAuthPresent",
        From(
            "whether the session was issued with MFA; no long-term key and no federated user has it",
        ),
    ),
    session(
        "aws:ChatbotSourceArn",
        Never("no chat application calls from here"),
    ),
    session("aws:Ec2InstanceSourceVpc", Never(NO_INSTANCES)),
    session("aws:Ec2InstanceSourcePrivateIPv4", Never(NO_INSTANCES)),
    session(
        "aws:SourceIdentity",
        From("the source identity that the session's first role was assumed with"),
    ),
    session("ec2:RoleDelivery", Never(NO_INSTANCES)),
    session("ec2:SourceInstanceArn", Never(NO_INSTANCES)),
    session("glue:RoleAssumedBy", Never("no job of Glue runs here")),
    session(
        "glue:CredentialIssuingService",
        Never("no job of Glue runs here"),
    ),
    session(
        "codebuild:BuildArn",
        Never("no build of CodeBuild runs here"),
    ),
    session(
        "codebuild:ProjectArn",
        Never("no build of CodeBuild runs here"),
    ),
    session(
        "lambda:SourceFunctionArn",
        Never("functions are kept here, not run"),
    ),
    session("ssm:SourceInstanceArn", Never(NO_INSTANCES)),
    session(
        "identitystore:UserId",
        Never("no identity center issues sessions here"),
    ),
    network(
        "aws:SourceIp",
        From("the address that the request came from"),
    ),
    network("aws:SourceVpc", Never(NO_ENDPOINTS)),
    network("aws:SourceVpcArn", Never(NO_ENDPOINTS)),
    network("aws:SourceVpce", Never(NO_ENDPOINTS)),
    network("aws:VpceAccount", Never(NO_ENDPOINTS)),
    network("aws:VpceOrgID", Never(NO_ENDPOINTS)),
    network("aws:VpceOrgPaths", Never(NO_ENDPOINTS)),
    network("aws:VpcSourceIp", Never(NO_ENDPOINTS)),
    resource(
        "aws:ResourceAccount",
        From(
            "the account that owns the resource, by state or by its ARN; of actions that support it",
        ),
    ),
    resource(
        "aws:ResourceOrgID",
        From("the organization of the resource's account"),
    ),
    resource(
        "aws:ResourceOrgPaths",
        From("where the resource's account stands in its organization"),
    ),
    resource(
        "aws:ResourceTag/",
        From("the resource's tags; unknown, and so never allowing, where its state is not here"),
    ),
    request(
        "aws:CalledVia",
        From("the service that acts in the caller's name, in what it asks for afterwards"),
    ),
    request("aws:CalledViaFirst", From("as aws:CalledVia")),
    request("aws:CalledViaLast", From("as aws:CalledVia")),
    request("aws:CalledViaAWSMCP", Never(NO_MCP)),
    request(
        "aws:ViaAWSService",
        From("whether a service asks in the caller's name"),
    ),
    request("aws:ViaAWSMCPService", Never(NO_MCP)),
    request("aws:CurrentTime", From("this machine's clock, in ISO 8601")),
    request(
        "aws:EpochTime",
        From("this machine's clock, in seconds since 1970"),
    ),
    request("aws:referer", From("the header `Referer`")),
    request(
        "aws:RequestedRegion",
        From("the region that the request is signed for"),
    ),
    request("aws:RequestTag/", From("the tags that the request carries")),
    request("aws:TagKeys", From("the keys of the tags that it carries")),
    request("aws:SecureTransport", From("whether it came under TLS")),
    request(
        "aws:SourceAccount",
        From("the caller's account, in what a service's principal asks for afterwards"),
    ),
    request(
        "aws:SourceArn",
        From("the resource for which a service's principal asks afterwards"),
    ),
    request(
        "aws:SourceOrgID",
        From("the organization of the account for whose resource a service's principal asks"),
    ),
    request(
        "aws:SourceOrgPaths",
        From("where that account stands in its organization"),
    ),
    request("aws:UserAgent", From("the header `User-Agent`")),
    request("aws:IsMcpServiceAction", Never(NO_MCP)),
];

use Told::{From, Never};

const NO_INSTANCES: &str = "no instance gets credentials from here";
const NO_ENDPOINTS: &str = "requests come straight, not through a VPC's endpoint";
const NO_MCP: &str = "no AWS MCP server calls from here";

const fn key(name: &'static str, property: Property, told: Told) -> GlobalKey {
    GlobalKey {
        name,
        property,
        told,
    }
}

const fn principal(name: &'static str, told: Told) -> GlobalKey {
    key(name, Property::Principal, told)
}

const fn session(name: &'static str, told: Told) -> GlobalKey {
    key(name, Property::Session, told)
}

const fn network(name: &'static str, told: Told) -> GlobalKey {
    key(name, Property::Network, told)
}

const fn resource(name: &'static str, told: Told) -> GlobalKey {
    key(name, Property::Resource, told)
}

const fn request(name: &'static str, told: Told) -> GlobalKey {
    key(name, Property::Request, told)
}
