namespace Presage.State;

/// <summary>
/// Tables for rules, alerts, silences, channels, outbox. Times are ms since 1970 UTC. Labels are JSON objects with
/// sorted names, so that equal label sets are equal text.
/// </summary>
static class AlertingSchema
{
    public const string V1 = """
        create table rule_changes (
            rule text primary key,
            enabled integer,
            threshold real,
            for_ms integer,
            severity text,
            changed_ms integer not null,
            changed_by text not null
        ) strict, without rowid;

        create table alerts (
            id integer primary key autoincrement,
            rule text not null,
            rule_name text not null,
            severity text not null,
            host text not null,
            labels text not null,
            phase text not null check (phase in ('pending', 'firing', 'resolved')),
            since_ms integer not null,
            fired_ms integer,
            good_since_ms integer,
            seen_ms integer not null,
            ended_ms integer,
            value real not null,
            threshold real not null,
            sentence text not null,
            thread text,
            told_ms integer,
            acknowledged_by text,
            acknowledged_ms integer,
            note text
        ) strict;
        create unique index alerts_open on alerts (rule, labels) where phase <> 'resolved';
        create index alerts_ended on alerts (ended_ms) where phase = 'resolved';
        create index alerts_host on alerts (host, id);

        create table alert_transitions (
            alert integer not null references alerts (id) on delete cascade,
            at_ms integer not null,
            what text not null,
            value real,
            by text
        ) strict;
        create index alert_transitions_alert on alert_transitions (alert, at_ms);

        create table silences (
            id integer primary key autoincrement,
            matchers text not null,
            starts_ms integer not null,
            ends_ms integer not null,
            created_ms integer not null,
            created_by text not null,
            comment text not null
        ) strict;
        create index silences_ends on silences (ends_ms);

        create table silence_held (
            silence integer not null references silences (id) on delete cascade,
            alert integer not null references alerts (id) on delete cascade,
            primary key (silence, alert)
        ) strict, without rowid;

        create table channels (
            id integer primary key autoincrement,
            name text not null unique collate nocase,
            kind text not null check (kind in ('email', 'webhook')),
            enabled integer not null,
            severities text not null,
            send_resolved integer not null,
            settings text not null,
            secrets text not null,
            changed_ms integer not null
        ) strict;

        create table deliveries (
            id integer primary key autoincrement,
            key text not null unique,
            channel integer not null,
            channel_name text not null,
            recipient text not null,
            alert integer,
            thread text not null,
            status text not null,
            subject text not null,
            notification text not null,
            state text not null check (state in ('waiting', 'delivered', 'failed')),
            attempts integer not null,
            created_ms integer not null,
            last_attempt_ms integer,
            next_attempt_ms integer,
            answer text
        ) strict;
        create index deliveries_waiting on deliveries (channel, next_attempt_ms) where state = 'waiting';
        create index deliveries_channel on deliveries (channel, id);
        create index deliveries_thread on deliveries (thread, channel, recipient, id);

        create table delivery_alerts (
            alert integer not null,
            delivery integer not null references deliveries (id) on delete cascade,
            primary key (alert, delivery)
        ) strict, without rowid;
        create index delivery_alerts_delivery on delivery_alerts (delivery);
        """;

    /// <summary>
    /// own_rules: rules of kind "anomaly" that somebody made, named anomaly-NUMBER elsewhere; hosts is a regular
    /// expression or empty, families are words separated by commas.
    /// </summary>
    public const string V2 = """
        create table own_rules (
            number integer primary key autoincrement,
            name text not null unique collate nocase,
            hosts text not null,
            families text not null,
            enabled integer not null,
            threshold real not null,
            for_ms integer not null,
            severity text not null,
            changed_ms integer not null,
            changed_by text not null
        ) strict;
        """;
}
