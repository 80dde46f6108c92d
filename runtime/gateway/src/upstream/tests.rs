mod exchange;
mod identity;
mod settings;
mod signatures;
mod support;
mod tls;
