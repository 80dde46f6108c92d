//! Multi-factor authentication, for which there are no devices.

use stockade_spec::Error;

use crate::error;

/// Refuses a one time pass code; none is fine.
pub(crate) fn refuse(serial: Option<&str>, code: Option<&str>) -> Result<(), Error> {
    match (serial, code) {
        (None, None) => Ok(()),
        (Some(_), Some(_)) => Err(error::access_denied(
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        )),
        _ => Err(error::access_denied(
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time \
             pass code.",
        )),
    }
}
