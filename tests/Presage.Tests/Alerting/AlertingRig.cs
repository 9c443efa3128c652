using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Notifiers.Email;
using Presage.Alerting.Notifiers.Webhook;
using Presage.Alerting.Rules;
using Presage.Api;
using Presage.Notifying;
using Presage.Query;
using Presage.State;
using Presage.Tests.Support;

namespace Presage.Tests.Alerting;

/// <summary>
/// All of alerting on a real state file in a temporary folder, with the real query engine over samples in memory and
/// a clock that is moved by hand. <see cref="Restart"/> closes everything and opens it again, as after kill -9:
/// nothing is said good-bye to.
/// </summary>
sealed class AlertingRig : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presage-alerting-");
    readonly IReadOnlyList<AlertRule> _rules;
    readonly HttpMessageInvoker _http = new(WebhookNotifier.CreateHandler());
    StateDatabase _state = null!;

    public AlertingRig(params AlertRule[] rules)
    {
        _rules = rules.Length == 0 ? [CpuRule] : rules;
        Protection = DataProtectionProvider.Create(new DirectoryInfo(Path.Combine(_folder.FullName, "keys")));
        Open();
    }

    /// <summary>CPU over 95 % for 3 s.</summary>
    public static AlertRule CpuRule { get; } = StockRules.All.First(static rule => rule.Id == "cpu-saturated") with
    {
        For = TimeSpan.FromSeconds(3),
        KeepFiringFor = TimeSpan.Zero,
    };

    public static AlertRule FilesystemRule { get; } =
        StockRules.All.First(static rule => rule.Id == "filesystem-nearly-full") with
        {
            For = TimeSpan.Zero,
            KeepFiringFor = TimeSpan.Zero,
        };

    public static AlertRule SilentRule { get; } = StockRules.All.First(static rule => rule.TellsSilence);

    public IDataProtectionProvider Protection { get; set; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 14, 2, 0, TimeSpan.Zero));

    public SampleTable Samples { get; } = new();

    public AlertStore Alerts { get; private set; } = null!;

    public RuleStore Rules { get; private set; } = null!;

    public SilenceStore Silences { get; private set; } = null!;

    public ChannelStore Channels { get; private set; } = null!;

    public OutboxStore Outbox { get; private set; } = null!;

    public OutboxSignal Signal { get; private set; } = null!;

    public AlertPulse Pulse { get; private set; } = null!;

    public AlertBoard Board { get; private set; } = null!;

    public AlertEvaluator Evaluator { get; private set; } = null!;

    public OutboxDispatcher Dispatcher { get; private set; } = null!;

    /// <summary>What is odd about a host, for rules that explain.</summary>
    public string? Explanation { get; set; }

    public string DatabasePath => Path.Combine(_folder.FullName, "state.db");

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Another process opens what this one left behind.</summary>
    public void Restart()
    {
        _state.Dispose();
        Open();
    }

    /// <summary>
    /// Moves the clock one second on, stores a CPU value of web1 (none when null), and looks at all rules.
    /// </summary>
    public void Second(double? cpu)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        if (cpu is { } value)
        {
            Samples.AddVital("web1", "cpu_use", NowMs, value);
        }

        Evaluator.Evaluate(default);
    }

    public void Seconds(int count, double? cpu)
    {
        for (int i = 0; i < count; i++)
        {
            Second(cpu);
        }
    }

    /// <summary>Sends what is due, once, and waits for the answers.</summary>
    public async Task SendDueAsync()
    {
        Dispatcher.StartDue(default);
        await Dispatcher.InFlightAsync();
    }

    public StoredChannel AddWebhook(Uri url, string name = "hook", bool resolved = true, Severity? only = null) =>
        Channels.Create(new StoredChannel(
            0,
            name,
            new ChannelRouting(true, only is { } one ? [one] : [Severity.Warning, Severity.Critical], resolved),
            null,
            new WebhookSettings { Url = url, Receiver = name, Secret = "s3cret-of-hook" }));

    public StoredChannel AddEmail(int port, Func<EmailSettings, EmailSettings>? change = null)
    {
        var settings = new EmailSettings
        {
            Host = "127.0.0.1",
            Port = port,
            Security = EmailSecurity.None,
            From = "presage@example.test",
            To = ["ops@example.test"],
        };
        return Channels.Create(new StoredChannel(
            0,
            "mail",
            new ChannelRouting(true, [Severity.Warning, Severity.Critical], true),
            change is null ? settings : change(settings),
            null));
    }

    public void Dispose()
    {
        _state.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    void Open()
    {
        _state = StateDatabase.Open(_folder.FullName);
        Alerts = new AlertStore(_state);
        Rules = new RuleStore(_state, Time, _rules);
        Silences = new SilenceStore(_state, Time);
        Channels = new ChannelStore(_state, Time, Protection);
        Outbox = new OutboxStore(_state);
        Signal = new OutboxSignal();
        Pulse = new AlertPulse(Time);
        Board = new AlertBoard(Alerts, Rules, Silences, Outbox, Pulse, new ReaderClock(Time), Time);
        Evaluator = new AlertEvaluator(
            new AlertingStores(_state, Alerts, Rules, Silences, Channels),
            new RuleQueries(new PromQlEngine(new QueryLimits()), Samples).Instant,
            Pulse,
            Signal,
            (_, _, _) => Explanation,
            static () => "https://presage.example.test",
            Time,
            NullLogger<AlertEvaluator>.Instance);
        Dispatcher = new OutboxDispatcher(
            Outbox,
            Channels,
            NotifierOf,
            Signal,
            Alerts,
            Time,
            new Presage.Alerting.Outbox.SeededGenerator(7),
            NullLogger<OutboxDispatcher>.Instance);
    }

    INotifier NotifierOf(StoredChannel channel) => channel.Email is { } email
        ? new EmailNotifier(email, Time)
        : new WebhookNotifier(channel.Webhook!, _http, Time);
}
