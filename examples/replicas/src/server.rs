//! A NATS server on this machine, for the demo and the tests.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Error;

/// A server on a free port, which is killed when it is dropped.
pub struct Server {
    directory: PathBuf,
    port: u16,
    process: Child,
}

impl Server {
    /// Starts a server that stores its data in `directory`.
    pub fn start(directory: &Path) -> Result<Self, Error> {
        // Free now, and very likely still free when the server opens it.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        Ok(Self { directory: directory.to_owned(), port, process: spawn(directory, port)? })
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills the server without a warning.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts the server again, with the same data.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill();
        self.process = spawn(&self.directory, self.port)?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(directory: &Path, port: u16) -> Result<Child, Error> {
    let mut command = Command::new("nats-server");
    command.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(directory);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| {
        match error.kind() {
            ErrorKind::NotFound => {
                "there is no nats-server here: install it (Debian: apt-get install nats-server; others: \
             https://github.com/nats-io/nats-server/releases), or pass --server URL"
                    .into()
            }
            _ => format!("cannot start nats-server: {error}").into(),
        }
    })
}
