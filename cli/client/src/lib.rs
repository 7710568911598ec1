//! Talks to a Pantheon node: submits sealed records, watches them become durable, reads the log.

pub mod anchor_file;
