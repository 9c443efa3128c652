using Presage.Detection;
using Presage.Metrics;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// Brings each host's judge what it needs: history to learn from, a like host to borrow from, its rows. At most one
/// host learns in a turn of the watcher, so that the others are not kept waiting.
/// </summary>
sealed class HostJudging(VitalPlans plans, WatcherOptions options, ILogger logger)
{
    /// <summary>Own rows that a borrowed model starts with.</summary>
    const int OwnRows = 720;

    bool _hasLearned;

    /// <summary>Whether hosts had to wait for their turn to learn, in this turn and in the one before.</summary>
    bool _isWaitedFor;
    bool _wasWaitedFor;

    /// <summary>The hosts there is something to borrow from, of this turn; null before they are asked for.</summary>
    IReadOnlyList<WholeHost>? _lenders;

    /// <summary>When hosts are under maintenance: that does not teach.</summary>
    public Maintenance Maintenance { get; set; } = Maintenance.None;

    /// <summary>A turn of the watcher begins.</summary>
    public void Begin()
    {
        (_hasLearned, _lenders) = (false, null);
        (_wasWaitedFor, _isWaitedFor) = (_isWaitedFor, false);
    }

    /// <summary>Watches one host up to its newest sample.</summary>
    /// <param name="peers">The hosts, to borrow from.</param>
    public void Turn(
        HostEntry entry,
        HostWatch watch,
        ISampleSource source,
        Func<IEnumerable<HostWatch>> peers,
        CancellationToken cancellationToken)
    {
        var whole = watch.Judge.Whole;
        long newestMs = entry.NewestMs, stepMs = HostRows.StepMsFor(entry.Cadence);
        long completeMs = newestMs - (2 * (long)entry.Cadence.TotalMilliseconds);
        var rows = RowsOf(entry, source, watch.Inputs);
        bool isOfOtherStep = whole.Detector is { } detector && detector.StepSeconds * 1_000 != stepMs;
        if (whole.IsLearningDue || isOfOtherStep)
        {
            if (_hasLearned)
            {
                _isWaitedFor = true;
                return;
            }

            _hasLearned = true;
            long toMs = completeMs / stepMs * stepMs;
            var since = whole.LearnedRows == 0 ? options.RhythmHistory : options.ModelHistory;
            Learn(entry, watch, rows, toMs, stepMs, since, null, false, cancellationToken);
        }
        else if (whole.IsRecallDue && !_hasLearned && !_wasWaitedFor)
        {
            _hasLearned = true;
            whole.Recall((fromMs, toMs, columns) => rows
                .Between(fromMs / stepMs * stepMs, toMs - stepMs, stepMs, columns, null, cancellationToken)
                .Without(Maintenance.Of(entry.Name)));
        }
        else if (whole.IsBorrowingDue)
        {
            // In a fleet where nobody knows anything yet, nobody asks everybody.
            _lenders ??=
            [
                .. peers().Select(static other => other.Judge.Whole)
                    .Where(static other => other is { LearnedRows: > 0, Detector.IsTrained: true }),
            ];
            whole.HasAsked();
            Borrow(entry, watch, rows, stepMs, cancellationToken);
        }

        // From ten seconds on the vital signs are evaluated as rows are; they need not be asked for again.
        bool isAsRows = HostRows.CadenceFor(entry.Cadence) == entry.Cadence;
        whole.Advance(
            rows,
            completeMs,
            newestMs,
            stepMs,
            (columns, row) => isAsRows
                ? watch.Present(columns, row)
                : rows.At(newestMs, columns, row, cancellationToken),
            cancellationToken);
    }

    /// <summary>Learns from all history there is; true when that was enough.</summary>
    /// <param name="since">How far back.</param>
    /// <param name="progress">Told how much of the history is read, 0 to 1.</param>
    public bool Learn(
        HostEntry entry,
        HostWatch watch,
        ISampleSource source,
        TimeSpan since,
        Action<double>? progress,
        CancellationToken cancellationToken)
    {
        long stepMs = HostRows.StepMsFor(entry.Cadence);
        long completeMs = entry.NewestMs - (2 * (long)entry.Cadence.TotalMilliseconds);
        return Learn(
            entry, watch, RowsOf(entry, source), completeMs / stepMs * stepMs, stepMs, since, progress, true,
            cancellationToken);
    }

    bool Learn(
        HostEntry entry,
        HostWatch watch,
        HostRows rows,
        long toMs,
        long stepMs,
        TimeSpan since,
        Action<double>? progress,
        bool isAsked,
        CancellationToken cancellationToken)
    {
        long fromMs = (toMs - (long)since.TotalMilliseconds) / stepMs * stepMs;
        var history = rows.Between(fromMs, toMs, stepMs, null, progress, cancellationToken)
            .Without(Maintenance.Of(entry.Name));
        watch.Recall(history, isAsked);
        if (!isAsked)
        {
            history = history.Since(toMs - (long)options.ModelHistory.TotalMilliseconds);
        }

        bool isLearned = watch.Judge.Whole.Learn(history, toMs, stepMs / 1_000.0, watch.Judge.FalseAlarmsPerWeek);
        if (isLearned)
        {
            Log.HostLearned(logger, entry.Name, history.Columns.Count, history.Rows);
        }

        return isLearned;
    }

    void Borrow(
        HostEntry entry,
        HostWatch watch,
        HostRows rows,
        long stepMs,
        CancellationToken cancellationToken)
    {
        if (_lenders is not { Count: > 0 } lenders)
        {
            return;
        }

        var present = Present(watch);
        var whole = watch.Judge.Whole;
        var peer = lenders
            .Where(other => !ReferenceEquals(other, whole) && other.Detector!.StepSeconds * 1_000 == stepMs)
            .OrderByDescending(other => Likeness(other.Columns!, present))
            .ThenByDescending(static other => other.LearnedRows)
            .FirstOrDefault();
        if (peer is not null && whole.Borrow(peer, present, columns => rows.Between(
            whole.RowMs - (OwnRows * stepMs), whole.RowMs, stepMs, columns, null, cancellationToken)))
        {
            whole.Detector!.Allow(Math.Max(watch.Judge.FalseAlarmsPerWeek, 1e-6));
            Log.HostBorrowed(logger, entry.Name);
        }
    }

    HostRows RowsOf(HostEntry entry, ISampleSource source, VitalInputs? inputs = null)
    {
        var cadence = HostRows.CadenceFor(entry.Cadence);
        return new HostRows(
            plans.For(cadence), plans.EngineFor(cadence), source, cadence == entry.Cadence ? inputs : null);
    }

    static List<(VitalSign Vital, string Per)> Present(HostWatch watch) =>
    [
        .. watch.AllTracks().Where(static track => track.IsPresent)
            .Select(static track => (track.Vital, track.Per?.Value ?? "")),
    ];

    static int Likeness(HostColumns columns, List<(VitalSign Vital, string Per)> present) =>
        present.Count(one => columns.Of(one.Vital, one.Per) >= 0);
}
