using Presage.Configuration;
using Presage.Notifying;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.OwnModels;

/// <summary>What own models consist of, for the server's list of parts.</summary>
static class ModelParts
{
    /// <summary>Of one thread's time, what own models may take.</summary>
    public const double Share = 0.3;

    public static ModelWatch WatchOf(IServiceProvider services)
    {
        var options = services.GetRequiredService<PresageOptions>();
        return new ModelWatch(
            options.ModelsFolder,
            new WatchedStore(services.GetRequiredService<SampleStore>()),
            services.GetRequiredService<HostRegistry>(),
            new AnomalyLog(
                services.GetRequiredService<StateDatabase>(), services.GetRequiredService<AnomalyNews>()),
            PresageServer.WatcherOptionsOf(options).FalseAlarms,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger<ModelWatch>())
        {
            Maintenance = MaintenanceOf(services),
            IsEnabled = options.WatchingEnabled,
        };
    }

    /// <summary>When hosts are under maintenance, by the silences.</summary>
    public static Maintenance MaintenanceOf(IServiceProvider services) => new(
        services.GetRequiredService<SilenceStore>().IsMaintained,
        services.GetRequiredService<SilenceStore>().MaintenanceOf);
}
