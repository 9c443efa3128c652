using Presage.Api;
using Presage.State;

namespace Presage.Notifying;

/// <summary>What alerting adds to the server: its parts and its endpoints.</summary>
static class NotifyingParts
{
    /// <summary>
    /// Registers everything; needs <see cref="StateDatabase"/>, <see cref="TimeProvider"/> and Data Protection in the same container.
    /// </summary>
    public static void Add(IServiceCollection services) => services
        .AddSingleton<AlertStore>()
        .AddSingleton<RuleStore>()
        .AddSingleton<SilenceStore>()
        .AddSingleton<ChannelStore>()
        .AddSingleton<OutboxStore>()
        .AddSingleton<OutboxSignal>()
        .AddSingleton<AlertPulse>()
        .AddSingleton<AlertBoard>()
        .AddSingleton<ChannelNotifiers>()
        .AddSingleton<ChannelTrial>();

    /// <summary>Maps the endpoints: Presage's own below <paramref name="api"/>, Prometheus' below <paramref name="root"/>.</summary>
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
