using Microsoft.AspNetCore.DataProtection;
using Presage.Alerting.Outbox;
using Presage.Alerting.Rules;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Query;
using Presage.State;
using Presage.Watching;

namespace Presage.Notifying;

/// <summary>What alerting adds to the server: its parts and its endpoints.</summary>
static class NotifyingParts
{
    /// <summary>
    /// Registers everything; needs <see cref="StateDatabase"/> and <see cref="TimeProvider"/> in the same container.
    /// The keys that encrypt the channels' secrets lie in the folder <c>keys</c> of the data folder.
    /// </summary>
    public static void Add(IServiceCollection services, string dataFolder)
    {
        services.AddSingleton<IDataProtectionProvider>(new ChannelKeys(Path.Combine(dataFolder, "keys")));
        AddParts(services);
    }

    static void AddParts(IServiceCollection services) => services
        .AddSingleton<AlertStore>()
        .AddSingleton<RuleStore>()
        .AddSingleton<SilenceStore>()
        .AddSingleton<ChannelStore>()
        .AddSingleton<OutboxStore>()
        .AddSingleton<OutboxSignal>()
        .AddSingleton<AlertPulse>()
        .AddSingleton<AlertBoard>()
        .AddSingleton<ChannelNotifiers>()
        .AddSingleton<ChannelTrial>()
        .AddSingleton<AlertingStores>()
        .AddSingleton<AlertRetention>()
        .AddSingleton<StorageAlarm>()
        .AddSingleton(Evaluator)
        .AddSingleton(Dispatcher);

    static AlertEvaluator Evaluator(IServiceProvider services)
    {
        var queries = new RuleQueries(
            new PromQlEngine(new QueryLimits { ThreadsMax = 1 }), services.GetRequiredService<ISampleSource>());
        string? externalUrl = services.GetRequiredService<PresageOptions>().ExternalUrl?.ToString().TrimEnd('/');
        return new AlertEvaluator(
            services.GetRequiredService<AlertingStores>(),
            queries.Instant,
            services.GetRequiredService<AlertPulse>(),
            services.GetRequiredService<OutboxSignal>(),
            (rule, host, isBad) => services.GetService<Watcher>() is { } watcher
                ? Explain(watcher, rule, host, isBad)
                : null,
            () => externalUrl ?? services.GetService<ListenAddresses>()?.Local.ToString().TrimEnd('/'),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<AlertEvaluator>>());
    }

    /// <summary>What is odd about a host, or what was where nothing is any more.</summary>
    static string? Explain(Watcher watcher, AlertRule rule, string host, bool isBad) =>
        (rule.Query.StartsWith("presage_host_peer_", StringComparison.Ordinal), isBad) switch
        {
            (true, true) => watcher.Peers.Of(host)?.Sentence,
            (true, false) => watcher.Anomalies.Last(host, AnomalyLog.TwinsKey) is { EndMs: not null } last
                ? last.Sentence
                : null,
            (_, true) => watcher.AnomalyOf(host)?.Sentence,
            _ => watcher.EndedOf(host),
        };

    static OutboxDispatcher Dispatcher(IServiceProvider services)
    {
        var notifiers = services.GetRequiredService<ChannelNotifiers>();
        var time = services.GetRequiredService<TimeProvider>();
        return new OutboxDispatcher(
            services.GetRequiredService<OutboxStore>(),
            services.GetRequiredService<ChannelStore>(),
            notifiers.For,
            services.GetRequiredService<OutboxSignal>(),
            services.GetRequiredService<AlertStore>(),
            time,
            new SeededGenerator((ulong)time.GetUtcNow().Ticks),
            services.GetRequiredService<ILogger<OutboxDispatcher>>());
    }

    /// <summary>
    /// Maps the endpoints: Presage's own below <paramref name="api"/>, Prometheus' below <paramref name="root"/>.
    /// </summary>
    public static void Map(IEndpointRouteBuilder root, IEndpointRouteBuilder api)
    {
        AlertsApi.Map(api);
        SilencesApi.Map(api);
        RulesApi.Map(api);
        ChannelsApi.Map(api);
        DeliveriesApi.Map(api);
        PrometheusAlertsApi.Map(root);
    }
}
