using Presage.Configuration;
using Presage.Metrics.Vitals;
using Presage.OwnModels;
using Presage.Query;
using Presage.State;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>What watching consists of, for the server's list of parts.</summary>
static class WatchingParts
{
    /// <summary>Registers the watcher and who is told what it notices.</summary>
    public static void Add(IServiceCollection services) =>
        services.AddSingleton<AnomalyNews>().AddSingleton(WatcherOf);

    static Watcher WatcherOf(IServiceProvider services)
    {
        var store = services.GetRequiredService<SampleStore>();
        var watching = PresageServer.WatcherOptionsOf(services.GetRequiredService<PresageOptions>());
        watching.Findings = services.GetRequiredService<ModelWatch>().FindingsOf;
        watching.News = services.GetRequiredService<AnomalyNews>();
        return new Watcher(
            new WatchedStore(store),
            new PromQlEngine(new QueryLimits { ThreadsMax = 1 }),
            VitalCatalogue.Default,
            services.GetRequiredService<HostRegistry>(),
            services.GetRequiredService<StateDatabase>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger<Watcher>(),
            watching)
        {
            Maintenance = ModelParts.MaintenanceOf(services),
            Series = new SeriesWatching(
                store,
                services.GetRequiredService<PresageOptions>().Data,
                services.GetRequiredService<ILoggerFactory>().CreateLogger<Watcher>()),
        };
    }
}
