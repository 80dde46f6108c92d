//! What a request's host says: a bucket, a service, a region.

use std::borrow::Cow;

/// The domains under which services are reached: AWS's own, partition by partition (*AWS service
/// endpoints*, AWS General Reference), and the ones that lead here. One that ends as another does
/// stands before it.
const DOMAINS: &[&str] = &[
    "localhost.localstack.cloud",
    "localhost",
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
    // Two services of their own: signing in, and OpenSearch's spaces.
    "aws.amazon.com",
    "on.aws",
    "aws",
];

/// Labels behind a service's that say where it is, like a region, not which it is.
const PLACES: &[&str] = &["dualstack", "global", "us-gov", "vpce"];

/// A host, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    /// The labels before the domain, `photos.s3.eu-west-1` of `photos.s3.eu-west-1.amazonaws.com`;
    /// empty for a host under no known domain.
    labels: &'a str,
    /// The domain is not AWS's: any label before it may be a bucket.
    local: bool,
}

impl<'a> Host<'a> {
    /// Takes a `Host` header apart.
    pub(crate) fn of(header: Option<&'a str>) -> Self {
        let host = header.unwrap_or_default();
        let host = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        DOMAINS
            .iter()
            .find_map(|domain| {
                let labels = host.strip_suffix(domain)?.strip_suffix('.')?;
                Some(Self {
                    labels,
                    local: domain.starts_with("localhost"),
                })
            })
            .unwrap_or_default()
    }

    /// The labels that may name a service, `data.iot` of `data.iot-fips.us-east-1.amazonaws.com`:
    /// all that stand before region and other places.
    pub(crate) fn service_labels(&self) -> Cow<'a, str> {
        let mut labels = self.labels;
        while let Some((before, last)) = labels.rsplit_once('.')
            && (is_region(last) || PLACES.contains(&last))
        {
            labels = before;
        }
        if labels.contains("-fips") {
            labels.replace("-fips", "").into()
        } else {
            labels.into()
        }
    }

    /// What of some labels may be a service's, the longest first: those behind an account or an id
    /// of the caller's.
    pub(crate) fn suffixes(labels: &str) -> impl Iterator<Item = &str> {
        let behind = labels
            .match_indices('.')
            .map(|(place, _)| &labels[place + 1..]);
        std::iter::once(labels)
            .chain(behind)
            .filter(|suffix| !suffix.is_empty())
    }

    /// Whether the host is one of S3's.
    pub(crate) fn is_s3(&self) -> bool {
        self.s3_label().is_some()
    }

    /// The signing name that stands for the host where a request has no signature.
    pub(crate) fn signing_name(&self) -> Option<&'static str> {
        let express = |label: &str| label.starts_with("s3express-");
        self.labels.split('.').any(express).then_some("s3express")
    }

    /// The label that says S3, and where it begins.
    fn s3_label(&self) -> Option<usize> {
        let mut end = self.labels.len();
        loop {
            let start = self.labels[..end].rfind('.').map_or(0, |dot| dot + 1);
            if is_s3(&self.labels[start..end]) {
                return Some(start);
            }
            end = start.checked_sub(1)?;
        }
    }

    /// The bucket, or access point, of a virtual-hosted S3 request ("Virtual hosting of buckets",
    /// Amazon S3 User Guide).
    pub(crate) fn bucket(&self) -> Option<&'a str> {
        let bucket = match self.s3_label() {
            Some(start) => {
                let before = self.labels[..start].strip_suffix('.')?;
                // Behind a Multi-Region Access Point's alias: `alias.accesspoint.s3-global`.
                before.strip_suffix(".accesspoint").unwrap_or(before)
            }
            None if self.local && !self.labels.starts_with("s3express-control") => self.labels,
            None => return None,
        };
        (!bucket.is_empty()).then_some(bucket)
    }

    /// The region that the host names, for requests whose signature names none.
    pub(crate) fn region(&self) -> Option<&'a str> {
        self.labels
            .split('.')
            .map(|label| label.strip_prefix("s3-").unwrap_or(label))
            .rfind(|label| is_region(label))
    }
}

/// Whether a label is S3's own, where buckets stand before it.
fn is_s3(label: &str) -> bool {
    let label = label.strip_suffix("-fips").unwrap_or(label);
    match label.strip_prefix("s3") {
        None => false,
        Some("" | "-accelerate" | "-accesspoint" | "-global" | "-object-lambda" | "-outposts") => {
            true
        }
        Some(rest) => match rest.strip_prefix("express-") {
            // Its control endpoint has buckets in the path.
            Some(zone) => zone != "control",
            None => rest.strip_prefix('-').is_some_and(is_region),
        },
    }
}

/// Whether this has a region's form, `us-east-1` or `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let area = parts.next().unwrap_or_default();
    let number = parts.next_back().unwrap_or_default();
    (area.len() == 2 || area == "eusc")
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && parts.clone().next().is_some()
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}
