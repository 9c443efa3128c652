namespace Presage.State;

/// <summary>Tables for hosts seen, detector state per host, anomalies.</summary>
static class WatchingSchema
{
    /// <summary>
    /// hosts: one row per host that has sent samples; labels and facts are JSON objects. detector_states: everything
    /// the detectors of a host have learned, one value per host (format: DetectorStates). anomalies: runs of
    /// unusual values; end_ms is null while they run. Times in ms since 1970 UTC.
    /// </summary>
    public const string V1 = """
        create table hosts (
            name text primary key,
            first_seen_ms integer not null,
            last_seen_ms integer not null,
            cadence_ms integer not null,
            origin text not null,
            labels text not null,
            facts text not null
        ) without rowid;

        create table detector_states (
            host text primary key,
            saved_ms integer not null,
            state blob not null
        );

        create table anomalies (
            id integer primary key,
            host text not null,
            key text not null,
            vital text not null,
            start_ms integer not null,
            end_ms integer,
            peak_ms integer not null,
            peak_value real not null,
            peak_score real not null,
            lower real not null,
            upper real not null,
            is_above integer not null,
            is_slow integer not null,
            sentence text not null,
            unique (host, key, start_ms)
        );

        create index anomalies_by_start on anomalies (start_ms);
        """;

    /// <summary>
    /// host_models: what is learned of each host as a whole (format: HostModels). anomalies.causes: of an anomaly of a
    /// whole host (key "host"), a JSON array of what takes part.
    /// </summary>
    public const string V2 = """
        create table host_models (
            host text primary key,
            saved_ms integer not null,
            state blob not null
        );

        alter table anomalies add column causes text;
        """;

    /// <summary>
    /// anomaly_labels: what users said of anomalies (expected, useful, noise); causes is a JSON object of strengths by
    /// key. held counts what was held back because of it, held_ms is when that was last.
    /// </summary>
    public const string V3 = """
        create table anomaly_labels (
            anomaly_id integer primary key,
            host text not null,
            label text not null,
            start_ms integer not null,
            score real not null,
            causes text not null,
            sentence text not null,
            note text,
            labelled_by text not null,
            labelled_ms integer not null,
            held integer not null default 0,
            held_ms integer
        );

        create index anomaly_labels_by_host on anomaly_labels (host);
        """;

    /// <summary>
    /// peer_state: what is known of how hosts differ from their twins (format: PeerStates). anomalies.since_ms: when
    /// the change point of what leads an anomaly was, where one was found.
    /// </summary>
    public const string V4 = """
        create table peer_state (
            only integer primary key check (only = 1),
            saved_ms integer not null,
            state blob not null
        );

        alter table anomalies add column since_ms integer;
        """;

    /// <summary>anomalies.statement: of what an own model found, what its sentence is made of (JSON).</summary>
    public const string V5 = "alter table anomalies add column statement text;";
}
