//! Memory of large answers, in a process of its own: its high water is that of this test alone.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and prints what it measured"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use flate2::{Compress, Compression, Crc, FlushCompress};
use peak_alloc::PeakAlloc;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use trio_exporter::{
    model::{Clock, RequestFailure},
    stats::Stats,
    trio::{Client, Dictionary, Error, Settings},
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;
/// Default of `limits.body_mib`, in bytes.
const BODY: usize = 64 * MIB;
/// Rows of a list of 20 MB: as large as those of a Trio that gives each item links of its own.
const ROWS: usize = 20_000;

/// Answers of the server, by the end of the path.
struct Answers {
    list: Vec<u8>,
    /// 60 MiB of items in gzip.
    items: Vec<u8>,
    /// 60 MiB of objects in gzip, each of which takes 90 times its size as a tree.
    tree: Vec<u8>,
}

/// A list of `times` equal parts in gzip: a block is compressed once and repeated, since the
/// compressor of a debug build would need a minute.
fn zipped(part: &str, times: usize) -> Vec<u8> {
    const PARTS: usize = 1 << 16;
    let (begin, chunk, end) = ("[", part.repeat(PARTS), format!("{}]", part.trim_end_matches(',')));
    let block = |text: &str| {
        let mut block = Vec::with_capacity(text.len() + 1024);
        let mut compressor = Compress::new(Compression::default(), false);
        compressor.compress_vec(text.as_bytes(), &mut block, FlushCompress::Full).expect("memory");
        assert_eq!(compressor.total_in(), text.len() as u64);
        block
    };
    let mut zipped = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut crc = Crc::new();
    zipped.extend(block(begin));
    crc.update(begin.as_bytes());
    let repeated = block(&chunk);
    for _ in 0..times.div_ceil(PARTS) {
        zipped.extend_from_slice(&repeated);
        crc.update(chunk.as_bytes());
    }
    zipped.extend(block(&end));
    crc.update(end.as_bytes());
    // The empty last block.
    zipped.extend([3, 0]);
    zipped.extend(crc.sum().to_le_bytes());
    zipped.extend(crc.amount().to_le_bytes());
    zipped
}

impl Answers {
    fn new() -> Self {
        let rows = (0..ROWS).map(|id| {
            let links = "x".repeat(980);
            format!("{{\"id\":{id},\"name\":\"Namn {id}\",\"links\":\"{links}\"}}")
        });
        let list = format!("[{}]", rows.collect::<Vec<_>>().join(",")).into_bytes();
        let (item, object) = ("{\"id\":1},", "{\"\":0},");
        let items = zipped(item, 60 * MIB / item.len());
        let tree = zipped(object, 60 * MIB / object.len());
        Self { list, items, tree }
    }

    fn find(&self, path: &str, bombs: bool) -> (&[u8], bool) {
        match path.trim_start_matches("/te/api") {
            "/login" => (br#"{"access_token":"token","expires_in":3600}"#, false),
            "/cc" => (br#"[{"id":1}]"#, false),
            "/cc/1/agents" | "/cc/1/services" | "/cc/1/services/state" => (&self.list, false),
            "/cc/1/agents/state" => (&self.items, true),
            "/directory" | "/security" | "" if bombs => (&self.tree, true),
            _ => (b"{}", false),
        }
    }
}

async fn answer(mut stream: TcpStream, answers: Arc<Answers>, bombs: bool) -> std::io::Result<()> {
    let mut request = vec![0; 8192];
    let length = stream.read(&mut request).await?;
    let request = String::from_utf8_lossy(&request[..length]);
    let path = request.split([' ', '?']).nth(1).unwrap_or_default();
    let (body, is_zipped) = answers.find(path, bombs);
    let encoding = if is_zipped { "Content-Encoding: gzip\r\n" } else { "" };
    let size = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\n{encoding}Content-Length: {size}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}

async fn serve(answers: Arc<Answers>, bombs: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, answers.clone(), bombs));
        }
    });
    format!("http://{address}/te/api")
}

fn client(url: &str) -> Client {
    let [key, username, password] =
        ["Y2xpZW50LWtleQ==", "exporter", "lösenord"].map(|text| text.to_owned().into());
    let mut settings = Settings::new(vec![url.parse().expect("a URL")], key, username, password);
    settings.limits.request = Duration::from_secs(120);
    assert_eq!(settings.limits.body, BODY);
    let dictionary = Dictionary::builtin().expect("valid");
    Client::new(settings, dictionary.into(), Arc::new(Stats::default()), Clock::system())
        .expect("a client")
}

fn failure<T>(result: &Result<T, Error>) -> Option<RequestFailure> {
    match result {
        Err(Error::Request { failure, .. }) => Some(*failure),
        _ => None,
    }
}

/// Longest time for which a task that only sleeps did not run, until it is stopped.
async fn longest_silence(stopped: Arc<std::sync::atomic::AtomicBool>) -> Duration {
    let mut longest = Duration::ZERO;
    while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
        let begun = Instant::now();
        tokio::time::sleep(Duration::from_millis(5)).await;
        longest = longest.max(begun.elapsed());
    }
    longest
}

// One test, since the allocator counts for the whole process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_cost_no_memory_and_no_other_list() {
    let answers = Arc::new(Answers::new());
    assert!(answers.list.len() > 20_000_000, "{}", answers.list.len());
    assert!(answers.items.len() + answers.tree.len() < MIB, "small on the wire");

    let quiet = client(&serve(answers.clone(), false).await);
    let root = quiet.root().await.expect("a root");
    let centers = quiet.contact_centers(&root).await.expect("contact centres").data;
    let route = quiet.route(&root, &centers[0]).await.expect("a route");

    let stopped = Arc::<std::sync::atomic::AtomicBool>::default();
    let silence = tokio::spawn(longest_silence(stopped.clone()));
    MEMORY.reset_peak_usage();
    let base = MEMORY.current_usage();
    let (agents, services, states, bomb) = tokio::join!(
        quiet.agents(&route),
        quiet.services(&route),
        quiet.service_state(&route),
        quiet.agent_state(&route),
    );
    let high = MEMORY.peak_usage() - base;
    println!(
        "three lists of 20 MB and a bomb: base {} MiB, high water + {} MiB",
        base / MIB,
        high / MIB
    );
    assert_eq!(agents.expect("the agents").data.len(), ROWS);
    assert_eq!(services.expect("the services").data.len(), ROWS);
    assert_eq!(states.expect("their states").data.len(), ROWS);
    assert_eq!(failure(&bomb), Some(RequestFailure::Decode));
    assert!(high < 2 * BODY, "{} MiB", high / MIB);

    // Everything that is needed for single items and numbers alone.
    let attacked = client(&serve(answers, true).await);
    MEMORY.reset_peak_usage();
    let base = MEMORY.current_usage();
    let root = attacked.root().await.expect("the documented paths");
    let counts = attacked.shared_collection_counts(&root).await.expect("no total failure");
    let high = MEMORY.peak_usage() - base;
    println!("bombs as Api resource and nodes: high water + {} KiB", high >> 10);
    assert!(matches!(
        counts.failure,
        Some(Error::Request { failure: RequestFailure::TooLarge, .. })
    ));
    assert!(high < 4 * MIB, "{} KiB", high >> 10);

    stopped.store(true, std::sync::atomic::Ordering::Relaxed);
    let silence = silence.await.expect("no panic");
    println!("longest silence of another task: {silence:?}");
}
