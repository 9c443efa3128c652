namespace Presage.Configuration;

/// <summary>What the server runs with, as text; no key of the configuration is a secret.</summary>
static class ConfigurationInForce
{
    public static IEnumerable<KeyValuePair<string, string>> Of(PresageOptions options) =>
    [
        new("listen", $"{options.Listen}"),
        new("auth", options.Auth.ToString().ToLowerInvariant()),
        new("collection.enabled", Text(options.CollectionEnabled)),
        new("watching.enabled", Text(options.WatchingEnabled)),
        new("storage.retention", Text(options.StorageRetention)),
        new("storage.durability", options.StorageFsync ? "fsync" : "journal"),
        new("storage.past_max", Text(options.StoragePastMax)),
        new("storage.out_of_order_window", Text(options.StorageOutOfOrderWindow)),
        new("storage.future_max", Text(options.StorageFutureMax)),
        new("storage.series_max", $"{options.StorageSeriesMax}"),
        new("storage.series_per_host_max", $"{options.StorageSeriesPerHostMax}"),
        new("query.timeout", Text(options.QueryTimeout)),
        new("query.features", string.Join(
            ',', FeatureWords.All.Where(f => options.QueryFeatures.HasFlag(f.Value)).Select(static f => f.Key))),
    ];

    static string Text(bool value) => value ? "true" : "false";

    static string Text(TimeSpan span) => span.Ticks % TimeSpan.TicksPerHour == 0 && span != TimeSpan.Zero
        ? $"{(long)span.TotalHours}h"
        : $"{span.TotalSeconds}s";
}
