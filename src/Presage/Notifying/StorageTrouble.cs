using Presage.Alerting.Rules;
using Presage.Storage;

namespace Presage.Notifying;

/// <summary>A state of the store that <see cref="StorageAlarm"/> tells of, and whom it told.</summary>
sealed class StorageTrouble
{
    StorageTrouble()
    {
    }

    /// <summary>The rule that it counts as.</summary>
    public required string RuleId { get; init; }

    public required string Name { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>What is over sooner is nobody's business.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Why the store is in it, given whether somebody was told so already; null where it is not.</summary>
    public required Func<SampleStore, bool, string?> ReasonIn { get; init; }

    /// <summary>Says that it is: of a machine, since when, why.</summary>
    public required Func<string, string, string, string> Begins { get; init; }

    /// <summary>Says that it is over: of a machine, since when it was.</summary>
    public required Func<string, string, string> Ends { get; init; }

    /// <summary>Since when it is; null while it is not.</summary>
    public long? SinceMs { get; set; }

    /// <summary>When channels were last tried.</summary>
    public long TriedMs { get; set; }

    /// <summary>The recipients who know.</summary>
    public HashSet<(long Channel, string Recipient)> Told { get; } = [];

    /// <summary>What keeps its messages together.</summary>
    public string ThreadOf(long sinceMs) => $"{RuleId}-{sinceMs}";

    /// <summary>Samples are refused.</summary>
    public static StorageTrouble NotWritable() => new()
    {
        RuleId = "storage-not-writable",
        Name = "Samples cannot be stored",
        Severity = Severity.Critical,
        Patience = TimeSpan.FromSeconds(3),
        ReasonIn = static (store, _) => store.NotWritableReason,
        Begins = static (machine, since, reason) =>
            $"{machine}: Presage cannot store samples since {since} UTC. {reason} Senders are asked to try again " +
            "later.",
        Ends = static (machine, since) =>
            $"{machine}: Presage stores samples again; it could not since {since} UTC.",
    };

    /// <summary>
    /// Samples are taken, but no blocks can be written: tried again every minute, so some of these. Where samples are
    /// refused too, that is the news, but none that this is over.
    /// </summary>
    public static StorageTrouble NotTidy() => new()
    {
        RuleId = "storage-not-tidy",
        Name = "Blocks cannot be written",
        Severity = Severity.Warning,
        Patience = TimeSpan.FromMinutes(5),
        ReasonIn = static (store, isTold) => store.IsWritable || isTold ? store.NotTidyReason() : null,
        Begins = static (machine, since, reason) =>
            $"{machine}: Presage cannot write or merge blocks since {since} UTC: {reason.TrimEnd('.')}. Samples are " +
            "safe in the journal, which grows until it can, and so does memory.",
        Ends = static (machine, since) =>
            $"{machine}: Presage writes and merges blocks again; it could not since {since} UTC.",
    };
}
