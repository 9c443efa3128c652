namespace Presage.State;

/// <summary>Tables for detector state per host and vital sign, hosts seen.</summary>
static class WatchingSchema
{
    public const string V1 = """
        select 1;
        """;
}
