using System.IO.Compression;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Data.Sqlite;
using Presage.Api;
using Presage.Collection;
using Presage.Configuration;
using Presage.Explaining;
using Presage.Import;
using Presage.Metrics;
using Presage.Notifying;
using Presage.OwnModels;
using Presage.Receivers;
using Presage.State;
using Presage.Storage;
using Presage.Watching;
using Scalar.AspNetCore;

namespace Presage;

/// <summary>
/// The whole server in one process, for the executable and for tests: <see cref="StartAsync"/> opens the data folder,
/// starts the loops and listens; <see cref="DisposeAsync"/> stops in the opposite order. What runs is listed here and
/// nowhere else.
/// </summary>
sealed class PresageServer : IAsyncDisposable
{
    const long JsonBodyBytesMax = 1 << 20;
    const int HeaderBytesMax = 32 << 10;

    /// <summary>SQLite's numbers for a file that this user may not write, or not open.</summary>
    const int StateReadOnly = 8, StateCannotOpen = 14;

    static readonly TimeSpan ShutdownMax = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Of one thread's time, what looking at the rules may take: thousands of hosts are looked at every few seconds
    /// rather than each second.
    /// </summary>
    const double RulesShare = 0.2;

    static readonly TimeSpan WatchingInterval = TimeSpan.FromSeconds(1);

    /// <summary>Where watching follows the collection of this machine each second, a late one is waited for.</summary>
    static readonly TimeSpan CollectionAtMost = TimeSpan.FromSeconds(1.25);

    readonly PresageOptions _options;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _stopping = new();
    readonly List<Task> _loops = [];
    readonly Stack<Func<ValueTask>> _closing = new();

    PresageServer(PresageOptions options, TimeProvider time)
    {
        _options = options;
        _time = options.TimeZone is { } zone ? new ZonedTime(time, zone) : time;
    }

    public WebApplication App { get; private set; } = null!;

    public ListenAddresses Listening { get; private set; } = null!;

    /// <summary>
    /// The one-time link that creates the first administrator; null when one exists or sign-in is off.
    /// </summary>
    public Uri? SetupLink { get; private set; }

    /// <exception cref="StartException">The data folder or the address cannot be used; the message says what to
    /// do.</exception>
    public static async Task<PresageServer> StartAsync(
        PresageOptions options, TimeProvider time, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        var server = new PresageServer(options, time);
        try
        {
            await server.StartAsync(logging, cancellationToken);
            return server;
        }
        catch
        {
            await server.CloseAsync();
            throw;
        }
    }

    /// <summary>The endpoints alone, without data and without listening: enough to describe the API.</summary>
    public static WebApplication BuildApi()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        AddParts(builder.Services, new PresageOptions(), TimeProvider.System);
        return Build(builder);
    }

    /// <exception cref="StopException">Something could not be written; all the rest was closed in order.</exception>
    public async ValueTask DisposeAsync()
    {
        if (await CloseAsync() is { Count: > 0 } failures)
        {
            throw new StopException(failures);
        }
    }

    /// <summary>Closes one part after the other, whatever the disk says to each; returns what it said.</summary>
    async Task<List<Exception>> CloseAsync()
    {
        var failures = new List<Exception>();
        await _stopping.CancelAsync();
        while (_closing.TryPop(out var close))
        {
            try
            {
                await close();
            }
            catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                failures.Add(e);
            }
        }

        _stopping.Dispose();
        return failures;
    }

    async Task StartAsync(Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        var loggers = LoggerFactory.Create(logging);
        _closing.Push(() => Close(loggers));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "presage" });
        builder.Services.AddSingleton(loggers);
        AddParts(builder.Services, _options, _time);
        var state = OpenData(builder.Services, loggers);
        Listening = new ListenAddresses(
            _options, open: _options.Auth == AuthenticationMode.None || new Accounts(state, _time).AdministratorExists);
        builder.Services.AddSingleton(Listening);
        ConfigureKestrel(builder, Listening);
        builder.Services.Configure<HostOptions>(static o => o.ShutdownTimeout = ShutdownMax);

        App = Build(builder);
        _closing.Push(App.DisposeAsync);
        StartLoops(App.Services);
        Listening.Attach(App.Services.GetRequiredService<IServer>());
        await ListenAsync(cancellationToken);
        SetupLink = RenewSetupLink();
    }

    /// <summary>
    /// Opens the data folder. The store comes first: it holds the lock that keeps a second server out.
    /// </summary>
    StateDatabase OpenData(IServiceCollection services, ILoggerFactory loggers)
    {
        try
        {
            var feed = new AppendFeed();
            var store = OpenStore(feed, loggers);
            _closing.Push(store.DisposeAsync);
            var state = StateDatabase.Open(_options.Data);
            _closing.Push(() => Close(state));
            var registry = new HostRegistry(state, _time, _options.CollectionEnabled ? Environment.MachineName : "");
            feed.Registry = registry;
            services.AddSingleton(store).AddSingleton<ISampleSink>(store).AddSingleton<ISampleSource>(store);
            services.AddSingleton(state).AddSingleton(registry).AddSingleton(feed);
            return state;
        }
        catch (DataFolderLockedException e)
        {
            throw new StartException(e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartException(
                $"The data folder {_options.Data} cannot be used: {e.Message.TrimEnd('.')}. Give all of it to " +
                $"the user {Environment.UserName}, whom this server runs as, or choose another by --data.", e);
        }
        catch (IOException e)
        {
            throw new StartException(
                $"The data folder {_options.Data} cannot be used: {e.Message.TrimEnd('.')}. Choose another by " +
                "--data.", e);
        }
        catch (SqliteException e)
        {
            throw new StartException(
                $"The state file {StateDatabase.PathIn(_options.Data)} cannot be used: {e.Message} " +
                (e.SqliteErrorCode is StateReadOnly or StateCannotOpen
                    ? $"Give it and its folder to the user {Environment.UserName}, whom this server runs as."
                    : "Restore it from a backup, or choose another folder by --data."),
                e);
        }
        catch (InvalidDataException e)
        {
            throw new StartException(e.Message, e);
        }
    }

    SampleStore OpenStore(IAppendObserver observer, ILoggerFactory loggers) => SampleStore.Open(
        StorageOf(_options, observer), _time, loggers.CreateLogger<SampleStore>());

    /// <summary>The options of the store, the same for the server and for tools that open its folder.</summary>
    internal static StorageOptions StorageOf(PresageOptions options, IAppendObserver? observer) =>
        new()
        {
            DataFolder = options.Data,
            FsyncBeforeAck = options.StorageFsync,
            Retention = options.StorageRetention,
            RetentionFiveMinutes = options.StorageRetentionFiveMinutes,
            RetentionOneHour = options.StorageRetentionOneHour,
            RetentionRules = options.FilledRetentionRules,
            DiskBytesMax = options.StorageDiskBytesMax,
            PastMax = options.StoragePastMax,
            OutOfOrderWindow = options.StorageOutOfOrderWindow,
            FutureMax = options.StorageFutureMax,
            SeriesMax = options.StorageSeriesMax,
            SeriesPerHostMax = options.StorageSeriesPerHostMax,
            Observer = observer,
        };

    static ValueTask Close(IDisposable part)
    {
        part.Dispose();
        return ValueTask.CompletedTask;
    }

    static void AddParts(IServiceCollection services, PresageOptions options, TimeProvider time)
    {
        services.AddRoutingCore();
        services.AddResponseCompression(static o =>
        {
            // Cookies are SameSite=Strict: no other site can cause the requests that BREACH (2013) needs.
            o.EnableForHttps = true;
            o.MimeTypes = ["application/json", Problem.ContentType, "text/plain", "text/html", "text/javascript"];
        });
        services.Configure<BrotliCompressionProviderOptions>(static o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(static o => o.Level = CompressionLevel.Fastest);
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(static o => ApiJson.Apply(o.SerializerOptions));
        services.AddOpenApi(ApiDocument.Name, ApiDocument.Configure);

        services.AddSingleton(options);
        services.AddSingleton(time);
        services.AddSingleton<Accounts>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<SetupLink>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<Edge>();
        services.AddSingleton<Gate>();
        services.AddSingleton<SignInLimiter>();
        services.AddSingleton<SessionDesk>();
        services.AddSingleton<ReaderClock>();
        services.AddSingleton<FleetView>();
        services.AddSingleton<MetricLists>();
        services.AddSingleton<ProcessLists>();
        services.AddSingleton<IncidentDesk>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<EnrolmentDesk>();
        services.AddSingleton<SelfStatus>();
        services.AddSingleton<SnapshotDesk>();
        services.AddSingleton<CardinalityLog>();
        services.AddSingleton<ChangeDesk>();
        services.AddSingleton<PeerDesk>();
        services.AddSingleton<PrometheusQueries>();
        services.AddSingleton<AgentBinaries>();
        services.AddSingleton<IngestCounters>();
        services.AddSingleton<HostAdmission>();
        services.AddSingleton<MetricDescriptions>();
        services.AddSingleton<BatchPool>();
        services.AddSingleton<Intake>();
        services.AddSingleton<WriteReceiver>();
        services.AddSingleton<WriteShortcut>();
        services.AddSingleton<TextReceiver>();
        services.AddSingleton<ImportReceiver>();
        services.AddSingleton(LocalMachineOf);
        services.AddSingleton(ModelParts.WatchOf);
        WatchingParts.Add(services);
        services.AddSingleton<Dashboard>();
        NotifyingParts.Add(services, options.Data);
    }

    static void ConfigureKestrel(WebApplicationBuilder builder, ListenAddresses addresses)
    {
        var configuration = new ConfigurationBuilder().Add(addresses).Build();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBodyBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
            kestrel.Configure(configuration, reloadOnChange: true);
        });
        // After Kestrel has registered its own: the last one counts.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionBuffers>();
    }

    static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        if (app.Services.GetService<StateDatabase>() is not null)
        {
            var edge = app.Services.GetRequiredService<Edge>();
            var gate = app.Services.GetRequiredService<Gate>();
            var shortcut = app.Services.GetRequiredService<WriteShortcut>();
            app.Use(next => context => shortcut.InvokeAsync(context, next));
            app.UseResponseCompression();
            app.Use(next => context => edge.InvokeAsync(context, next));
            app.Use(static next => context => ReaderClock.InvokeAsync(context, next));
            app.UseRouting();
            app.Use(next => context => gate.InvokeAsync(context, next));
        }
        else
        {
            app.UseRouting();
        }

        MapAll(app);
        app.UseEndpoints(static _ => { });
        return app;
    }

    static void MapAll(IEndpointRouteBuilder root)
    {
        var api = root.MapGroup("/api/presage/v1").RequireByMethod();
        SessionApi.Map(api);
        UsersApi.Map(api);
        TokensApi.Map(api);
        AuditApi.Map(api);
        FleetApi.Map(api);
        LiveApi.Map(api);
        ServersApi.Map(api);
        StatusApi.Map(api);
        ImportReceiver.Map(api);
        CardinalityApi.Map(api);
        StatusApi.MapHealth(root);
        ServersApi.MapDownloads(root);
        PrometheusApi.Map(root);
        StorageApi.Map(api);
        StorageApi.MapPrometheus(root);
        PrometheusStatusApi.Map(root);
        CardinalityApi.MapPrometheus(root);
        AnomaliesApi.Map(api);
        LabelsApi.Map(api);
        ChangesApi.Map(api);
        PeersApi.Map(api);
        ModelsApi.Map(api);
        IncidentsApi.Map(api);
        NotifyingParts.Map(root, api);
        WriteApi.Map(root);
        root.MapOpenApi(ApiDocument.Path).Require(Access.Public);
        root.MapScalarApiReference("/api/docs", ConfigureReference).Require(Access.Public);
        Dashboard.Map(root);
    }

    /// <summary>The API reference asks no other host for anything: no fonts, no telemetry, no tools.</summary>
    static void ConfigureReference(ScalarOptions reference)
    {
        reference.WithTitle("Presage API").WithOpenApiRoutePattern(ApiDocument.Path).DisableAgent();
        reference.DefaultFonts = false;
        reference.Telemetry = false;
        reference.HideClientButton = true;
        reference.ShowDeveloperTools = DeveloperToolsVisibility.Never;
    }

    static LocalMachine LocalMachineOf(IServiceProvider services)
    {
        var options = services.GetRequiredService<PresageOptions>();
        var time = services.GetRequiredService<TimeProvider>();
        return new LocalMachine(options.CollectionEnabled
            ? new LocalCollection(
                HostCollectors.ForThisMachine(
                    new CollectionOptions { AgentVersion = PresageVersion.Text },
                    time,
                    services.GetRequiredService<ILoggerFactory>().CreateLogger<HostCollectors>()),
                services.GetRequiredService<ISampleSink>(),
                services.GetRequiredService<IngestCounters>(),
                time)
            : null);
    }

    /// <summary>The options of the watcher, the same for the server and for tools that open its folder.</summary>
    internal static WatcherOptions WatcherOptionsOf(PresageOptions options) => new()
    {
        FalseAlarms = new FalseAlarms(options.WatchingFalseAlarms, options.WatchingFalseAlarmRules),
    };

    void StartLoops(IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILogger<PresageServer>>();
        var tokens = services.GetRequiredService<Tokens>();
        var descriptions = services.GetRequiredService<MetricDescriptions>();
        var live = services.GetRequiredService<LiveFeed>();
        var status = services.GetRequiredService<SelfStatus>();
        // A sample of this machine is judged and on the page as soon as it was taken: each loop follows the one before.
        var collected = new Pulse();
        var watched = new Pulse();
        if (services.GetRequiredService<LocalMachine>().Collection is { } collection)
        {
            _closing.Push(() => Close(collection));
            Every("local collection", _options.CollectionInterval, async stopping =>
            {
                await collection.CollectAsync(stopping);
                collected.Raise();
            });
        }

        var watcher = services.GetRequiredService<Watcher>();
        bool followed = _options.CollectionEnabled && _options.CollectionInterval <= WatchingInterval;
        After(collected, followed ? CollectionAtMost : WatchingInterval, "watching", async stopping =>
        {
            if (_options.WatchingEnabled)
            {
                await watcher.TurnAsync(stopping);
            }

            watched.Raise();
        });
        string listening = "";
        After(watched, CollectionAtMost, "live feed", _ => Do(() =>
        {
            if (Listening.Text != listening)
            {
                listening = Listening.Text;
                Log.Listening(logger, listening);
            }

            status.Tick(logger);
            live.Tick();
        }));
        var models = services.GetRequiredService<ModelWatch>();
        Every("own models", WatchingInterval, models.TurnAsync, ModelParts.Share);
        var evaluator = services.GetRequiredService<AlertEvaluator>();
        var retention = services.GetRequiredService<AlertRetention>();
        Every("alert rules", AlertPulse.Interval, stopping => Do(() => evaluator.Evaluate(stopping)), RulesShare);
        var storageAlarm = services.GetRequiredService<StorageAlarm>();
        Every("storage alarm", TimeSpan.FromSeconds(1), storageAlarm.TurnAsync);
        Every("alert retention", TimeSpan.FromHours(1), _ => Do(retention.Sweep));
        _loops.Add(services.GetRequiredService<OutboxDispatcher>().RunAsync(_stopping.Token));
        Every("cardinality", CardinalityLog.Interval, services.GetRequiredService<CardinalityLog>().WriteAsync);
        Every("token uses", TimeSpan.FromMinutes(1), _ => Do(tokens.StoreUses));
        Every("metric descriptions", TimeSpan.FromMinutes(1), _ => Do(descriptions.Save));
        _closing.Push(() => Do(tokens.StoreUses));
        _closing.Push(() => Do(watcher.Save));
        _closing.Push(() => Do(descriptions.Save));
        _closing.Push(() => Do(models.Close));
        _closing.Push(async () => await Task.WhenAll(_loops));

        void Every(string name, TimeSpan interval, Func<CancellationToken, ValueTask> turn, double share = 1) =>
            _loops.Add(Loop.EveryAsync(name, interval, share, _time, logger, turn, _stopping.Token));

        void After(Pulse pulse, TimeSpan atMost, string name, Func<CancellationToken, ValueTask> turn) =>
            _loops.Add(Loop.AfterAsync(name, pulse, atMost, _time, logger, turn, _stopping.Token));
    }

    static ValueTask Do(Action turn)
    {
        turn();
        return ValueTask.CompletedTask;
    }

    async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await App.StartAsync(cancellationToken);
            _closing.Push(async () => await App.StopAsync(CancellationToken.None));
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            var other = new System.Net.IPEndPoint(_options.Listen.Address, Math.Min(_options.Listen.Port + 1, 65535));
            throw new StartException(
                $"Port {_options.Listen.Port} on {_options.Listen.Address} is in use by another program. " +
                $"Stop that program, or choose another port: presage serve --listen {other}", e);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new StartException(
                $"Cannot listen on {_options.Listen}: {e.Message} Choose another address by --listen.", e);
        }
    }

    Uri? RenewSetupLink()
    {
        if (_options.Auth == AuthenticationMode.None || App.Services.GetRequiredService<Accounts>().AdministratorExists)
        {
            return null;
        }

        var token = App.Services.GetRequiredService<SetupLink>().Renew();
        return new Uri(Listening.Local, $"/setup?token={token.Text}");
    }
}
