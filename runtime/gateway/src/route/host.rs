//! What a request's host says: a bucket, a service, a region.

/// The domains under which services are reached: AWS's own and the ones that lead here.
const DOMAINS: &[&str] = &[
    "localhost.localstack.cloud",
    "localhost",
    "amazonaws.com.cn",
    "amazonaws.com",
];

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
                    local: !domain.starts_with("amazonaws"),
                })
            })
            .unwrap_or_default()
    }

    /// What may be an endpoint prefix: the first label, and the first two.
    pub(crate) fn endpoint_prefixes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let labels = self.labels;
        let mut dots = labels.match_indices('.').map(|(place, _)| place);
        let first = dots.next().unwrap_or(labels.len());
        let second = dots.next().unwrap_or(labels.len());
        let bucket = self.bucket().is_some() && self.s3_label().is_some();
        [second, first]
            .into_iter()
            .map(move |end| &labels[..end])
            .filter(move |prefix| !prefix.is_empty() && !bucket)
    }

    /// The label that says S3, and where it begins.
    fn s3_label(&self) -> Option<usize> {
        let mut end = self.labels.len();
        loop {
            let start = self.labels[..end].rfind('.').map_or(0, |dot| dot + 1);
            let label = &self.labels[start..end];
            if label == "s3"
                || label
                    .strip_prefix("s3-")
                    .is_some_and(is_region_or_accelerate)
            {
                return Some(start);
            }
            end = start.checked_sub(1)?;
        }
    }

    /// The bucket of a virtual-hosted S3 request ("Virtual hosting of buckets", Amazon S3 User
    /// Guide).
    pub(crate) fn bucket(&self) -> Option<&'a str> {
        let bucket = match self.s3_label() {
            Some(start) => self.labels[..start].strip_suffix('.')?,
            None if self.local => self.labels,
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

fn is_region_or_accelerate(text: &str) -> bool {
    text == "accelerate" || is_region(text)
}

/// Whether this has a region's form, `us-east-1` or `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let area = parts.next().unwrap_or_default();
    let number = parts.next_back().unwrap_or_default();
    area.len() == 2
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && parts.clone().next().is_some()
        && parts.all(|part| part.bytes().all(|byte| byte.is_ascii_lowercase()))
}
