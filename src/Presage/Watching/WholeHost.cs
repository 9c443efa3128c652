using Presage.Detection;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// One host watched as a whole: a row of all its vital signs a minute goes to a <see cref="HostDetector"/>, and every
/// ten seconds the last minute is looked at in between. Learns from stored history as soon as that covers half a day,
/// again when it has doubled and then daily; until then it borrows from a like host. Used by the watcher's loop alone,
/// but for the reading.
/// </summary>
sealed class WholeHost
{
    /// <summary>History that a first model needs: half a day of minutes.</summary>
    public const int FirstRows = 720;

    /// <summary>History that a model is learned from: a week of minutes.</summary>
    public const int RowsMax = 10_080;

    const int RowsPerDay = 1_440;

    /// <summary>Weeks before those learned from in which is looked for what comes every week.</summary>
    const int OlderWeeks = 4;
    const long GlanceEveryMs = 10_000;

    /// <summary>Rows left out when a server comes back after a long pause: it goes on with the newest.</summary>
    const int CatchUpRowsMax = 2_880;

    /// <summary>A borrowed model judges once the host has seen itself for an hour.</summary>
    const int SettleRows = 60;

    const int BorrowAfterRows = 10;

    /// <summary>Evidence and decades of a lasting move that ordinary rows hardly have.</summary>
    const double RaisedEvidence = 6;
    const double RaisedDecades = 1;

    double[] _row = [];

    /// <summary>
    /// By column since when it has taken part in what raises the score: 0 not, -1 since before the first look.
    /// </summary>
    long[] _raisedMs = [];
    int _nextRows = FirstRows;
    int _borrowRows = BorrowAfterRows;
    long _glanceMs;
    long _recallToMs;
    int _recallWeeks;

    /// <summary>What stands in the rows; null before the first model.</summary>
    public HostColumns? Columns { get; private set; }

    public HostDetector? Detector { get; private set; }

    /// <summary>Data time of the last row; long.MinValue before the first.</summary>
    public long RowMs { get; private set; } = long.MinValue;

    /// <summary>Rows known to be in the store or seen since.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows the model was learned from; 0 when it is borrowed.</summary>
    public int LearnedRows { get; private set; }

    public bool IsJudging => Detector is { IsTrained: true } detector && detector.Rows >= SettleRows;

    public bool IsBorrowed => Detector is { IsTrained: true } && LearnedRows == 0;

    /// <summary>Whether something happened since it was last saved that is worth saving soon.</summary>
    public bool HasLearned { get; set; }

    /// <summary>The newest reading, of a row or in between.</summary>
    public HostReading Reading { get; private set; }

    /// <summary>Data time of <see cref="Reading"/>.</summary>
    public long ReadingMs { get; private set; } = long.MinValue;

    /// <summary>
    /// Since when a column has taken part in what raises the score; null where it does not, or since before this
    /// server started.
    /// </summary>
    public long? RaisedMs(int column) =>
        column < _raisedMs.Length && _raisedMs[column] > 0 ? _raisedMs[column] : null;

    /// <summary>Whether history should be learned from now.</summary>
    public bool IsLearningDue => RowMs == long.MinValue || Rows >= _nextRows;

    /// <summary>Whether a week before those known should be looked at, when nobody has to learn.</summary>
    public bool IsRecallDue => _recallWeeks > 0 && Detector is not null && !IsLearningDue;

    /// <summary>Whether a like host's model would be welcome.</summary>
    public bool IsBorrowingDue => Detector is null && Rows >= _borrowRows && Rows < FirstRows;

    /// <summary>Takes up what was saved.</summary>
    public void Resume(HostColumns? columns, HostDetector? detector, long rowMs, int rows, int learnedRows)
    {
        Columns = columns;
        Detector = detector;
        _row = new double[columns?.Count ?? 0];
        RowMs = rowMs;
        Rows = rows;
        LearnedRows = learnedRows;
        SetNext();
        if (detector is { IsTrained: false })
        {
            // Its model was one of an older version: learn again as soon as there is enough.
            _nextRows = Math.Max(FirstRows, rows);
        }
    }

    /// <summary>
    /// Learns from history that ends with the last row; true when there was enough. What has been seen since stays.
    /// </summary>
    public bool Learn(RowHistory history, long toMs, double stepSeconds, double falseAlarmsPerWeek)
    {
        RowMs = toMs;
        Rows = history.Rows;
        if (history.Rows >= FirstRows && history.Columns.Count > 0)
        {
            var before = Detector;
            Detector = HostDetector.Learn(
                history.Values, history.Columns.Count, stepSeconds, timesMs: [.. history.TimesMs]);
            if (before is not null)
            {
                Detector.Remember(before);
            }

            Detector.Allow(Math.Max(falseAlarmsPerWeek, 1e-6));
            Columns = history.Columns;
            _raisedMs = [];
            _row = new double[Columns.Count];
            LearnedRows = history.Rows;
            _recallToMs = history.TimesMs[0];
            _recallWeeks = Detector.KnowsWeeks ? 0 : OlderWeeks;
            Reading = default;
            HasLearned = true;
        }

        SetNext();
        return LearnedRows > 0;
    }

    /// <summary>
    /// Learns from the week before the oldest one known what comes every week; where there is nothing, it looks no
    /// further back.
    /// </summary>
    /// <param name="history">The rows between two times.</param>
    public void Recall(Func<long, long, HostColumns, RowHistory> history)
    {
        long fromMs = _recallToMs - (long)TimeSpan.FromDays(7).TotalMilliseconds;
        var rows = history(fromMs - (long)HostDetector.RecallWarmUp.TotalMilliseconds, _recallToMs, Columns!);
        Detector!.Recall(rows.Values, [.. rows.TimesMs]);
        HasLearned |= rows.Rows > 0;
        _recallToMs = fromMs;
        _recallWeeks = rows.Rows > 0 ? _recallWeeks - 1 : 0;
    }

    /// <summary>It has asked for a like host's model; again in ten rows, should there be none.</summary>
    public void HasAsked() => _borrowRows = Rows + BorrowAfterRows;

    /// <summary>Judges by the model of a like host from now on; its own rows of late make the start.</summary>
    public bool Borrow(
        WholeHost peer, IReadOnlyList<(VitalSign Vital, string Per)> present, Func<HostColumns, RowHistory> own)
    {
        if (peer.Columns?.For(present) is not { } columns || peer.Detector is not { } theirs)
        {
            return false;
        }

        var detector = new HostDetector(columns.Count, theirs.StepSeconds);
        var rows = own(columns);
        for (int i = 0; i < rows.Rows; i++)
        {
            detector.Feed(rows.Row(i), rows.TimesMs[i]);
        }

        detector.Borrow(theirs);
        Columns = columns;
        Detector = detector;
        _raisedMs = [];
        _row = new double[columns.Count];
        HasLearned = true;
        return true;
    }

    /// <summary>Goes on behind a stretch of time that is not looked at.</summary>
    public void Skip(long toMs)
    {
        if (RowMs != long.MinValue)
        {
            RowMs = Math.Max(RowMs, toMs);
            Reading = default;
        }
    }

    /// <summary>
    /// Feeds the rows that are complete, oldest first, then looks at the last minute if it is time to.
    /// </summary>
    /// <param name="completeMs">Up to where samples have arrived.</param>
    /// <param name="glance">Writes the row of the newest time; false when it is empty.</param>
    public void Advance(
        HostRows rows,
        long completeMs,
        long newestMs,
        long stepMs,
        Func<HostColumns, double[], bool> glance,
        CancellationToken cancellationToken)
    {
        long lastMs = completeMs / stepMs * stepMs;
        if (lastMs > RowMs)
        {
            Feed(rows, lastMs, stepMs, cancellationToken);
        }

        if (IsJudging && newestMs > RowMs && newestMs - _glanceMs >= GlanceEveryMs)
        {
            _glanceMs = newestMs;
            if (glance(Columns!, _row))
            {
                See(newestMs, Detector!.Glance(_row, newestMs));
            }
        }
    }

    void Feed(HostRows rows, long lastMs, long stepMs, CancellationToken cancellationToken)
    {
        if (Columns is not { } columns || Detector is not { } detector)
        {
            Rows += RowMs == long.MinValue ? 1 : (int)Math.Min(RowsMax, (lastMs - RowMs) / stepMs);
            RowMs = lastMs;
            return;
        }

        long fromMs = Math.Max(RowMs + stepMs, lastMs - ((CatchUpRowsMax - 1) * stepMs));
        RowMs = lastMs;
        if (fromMs == lastMs)
        {
            if (rows.At(lastMs, columns, _row, cancellationToken))
            {
                Rows++;
                See(lastMs, detector.Feed(_row, lastMs));
            }

            return;
        }

        var missed = rows.Between(fromMs, lastMs, stepMs, columns, null, cancellationToken);
        for (int i = 0; i < missed.Rows; i++)
        {
            Rows++;
            See(missed.TimesMs[i], detector.Feed(missed.Row(i), missed.TimesMs[i]));
        }
    }

    void See(long timestampMs, HostReading reading)
    {
        if (IsJudging)
        {
            Reading = reading;
            ReadingMs = timestampMs;
            Note(timestampMs);
        }
    }

    void Note(long timestampMs)
    {
        bool isFirst = _raisedMs.Length != Columns!.Count;
        _raisedMs = isFirst ? new long[Columns.Count] : _raisedMs;
        for (int column = 0; column < _raisedMs.Length; column++)
        {
            bool isRaised = Detector!.Evidence(column) > RaisedEvidence || Detector.Lasting(column) > RaisedDecades;
            _raisedMs[column] = !isRaised ? 0 : _raisedMs[column] != 0 ? _raisedMs[column] : isFirst ? -1 : timestampMs;
        }
    }

    void SetNext() => _nextRows = LearnedRows == 0 ? Math.Max(FirstRows, Rows + 60)
        : LearnedRows + Math.Min(LearnedRows, RowsPerDay);
}
