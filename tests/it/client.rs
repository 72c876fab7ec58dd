//! Requests of the exporter to a Trio, and its reading of the answers, over real sockets.

mod allowance;
mod answers;
mod cases;
mod collections;
mod connections;
mod doubts;
mod encodings;
mod fields;
mod habits;
mod links;
mod load;
mod login;
mod methods;
mod nearly;
mod paging;
mod redirects;
mod refusals;
mod renewal;
mod row_filter;
mod secrets;
mod situations;
mod sorting;
mod tls;
mod trio;
mod wire;
