namespace Presage.State;

/// <summary>Tables for rules, alerts, silences, channels, outbox.</summary>
static class AlertingSchema
{
    public const string V1 = """
        select 1;
        """;
}
