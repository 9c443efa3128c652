namespace Presage.State;

/// <summary>Table of what senders said of their metrics (<see cref="Receivers.MetricDescriptions"/>).</summary>
static class DescriptionsSchema
{
    public const string V1 = """
        create table metric_descriptions (
            name text primary key,
            type text,
            help text,
            unit text
        ) strict, without rowid;
        """;
}
