using CsCheck;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Alerting;

public sealed class RuleEvaluationTests
{
    static readonly LabelSet Web1 = LabelSet.Of(new Label("host", "web1"));
    static readonly IReadOnlyDictionary<LabelSet, InstanceState> Nothing = new Dictionary<LabelSet, InstanceState>();

    static readonly AlertRule Rule = new()
    {
        Id = "cpu",
        Name = "CPU saturated",
        Severity = Severity.Warning,
        Query = "x",
        Comparison = Comparison.Above,
        Threshold = 0.95,
        ClearThreshold = 0.85,
        Unit = "ratio",
        For = TimeSpan.FromMinutes(5),
        KeepFiringFor = TimeSpan.FromMinutes(1),
        Sentence = "{host}: CPU is {value} busy for {duration}; threshold {threshold}.",
        ResolvedSentence = "{host}: CPU is {value} busy again.",
    };

    [Fact]
    public void Fires_when_bad_for_its_time_and_not_a_second_earlier()
    {
        var run = new Run(Rule);
        for (int second = 0; second < 300; second++)
        {
            Assert.Equal(AlertPhase.Pending, run.At(second, 0.99));
        }

        Assert.Equal(AlertPhase.Firing, run.At(300, 0.99));
        Assert.Equal([(AlertPhase.Inactive, AlertPhase.Pending), (AlertPhase.Pending, AlertPhase.Firing)], run.Moves);
    }

    [Fact]
    public void An_evaluation_that_comes_some_milliseconds_early_counts()
    {
        var samples = new[] { new RuleSample(Web1, 0.99) };
        var rule = Rule with { For = TimeSpan.FromSeconds(2) };
        var pending = RuleEvaluation.Step(rule, Nothing, samples, 1000).States;
        Assert.Equal(AlertPhase.Pending, RuleEvaluation.Step(rule, pending, samples, 2949).States[Web1].Phase);
        Assert.Equal(AlertPhase.Firing, RuleEvaluation.Step(rule, pending, samples, 2950).States[Web1].Phase);
    }

    [Fact]
    public void One_good_value_ends_pending()
    {
        var run = new Run(Rule);
        run.At(0, 0.99);
        Assert.Equal(AlertPhase.Inactive, run.At(299, 0.95));
        Assert.Equal(AlertPhase.Pending, run.At(300, 0.99));
    }

    [Fact]
    public void Firing_ends_only_behind_the_clear_threshold_and_after_the_keep_firing_time()
    {
        var run = new Run(Rule with { For = TimeSpan.Zero });
        Assert.Equal(AlertPhase.Firing, run.At(0, 0.99));
        Assert.Equal(AlertPhase.Firing, run.At(10, 0.86));
        Assert.Equal(AlertPhase.Firing, run.At(20, 0.5));
        Assert.Equal(AlertPhase.Firing, run.At(79, 0.5));
        Assert.Equal(AlertPhase.Inactive, run.At(80, 0.5));
        Assert.Equal((AlertPhase.Firing, AlertPhase.Resolved), run.Moves[^1]);
        Assert.Equal(EndReason.Cleared, run.Ended);
    }

    [Fact]
    public void A_relapse_within_the_keep_firing_time_keeps_one_alert()
    {
        var run = new Run(Rule with { For = TimeSpan.Zero });
        run.At(0, 0.99);
        run.At(10, 0.5);
        run.At(60, 0.9);
        Assert.Equal(AlertPhase.Firing, run.At(71, 0.5));
        Assert.Equal(AlertPhase.Firing, run.At(130, 0.5));
        Assert.Equal(AlertPhase.Inactive, run.At(131, 0.5));
        Assert.Equal(2, run.Moves.Count);
    }

    [Fact]
    public void A_missing_value_keeps_a_firing_alert_for_five_minutes()
    {
        var run = new Run(Rule with { For = TimeSpan.Zero });
        run.At(0, 0.99);
        Assert.Equal(AlertPhase.Firing, run.At(300, null));
        Assert.Equal(AlertPhase.Inactive, run.At(301, null));
        Assert.Equal(EndReason.NoData, run.Ended);
    }

    [Fact]
    public void A_pending_alert_never_fires_while_its_value_is_missing()
    {
        var run = new Run(Rule);
        for (int second = 0; second <= 290; second += 10)
        {
            run.At(second, 0.99);
        }

        Assert.Equal(AlertPhase.Pending, run.At(310, double.NaN));
        Assert.Equal(AlertPhase.Firing, run.At(320, 0.99));
    }

    [Fact]
    public void A_long_gap_starts_pending_over()
    {
        var run = new Run(Rule);
        run.At(0, 0.99);
        run.At(100, 0.99);
        Assert.Equal(AlertPhase.Pending, run.At(320, 0.99));
        Assert.Equal(AlertPhase.Pending, run.At(330, 0.99));
    }

    [Fact]
    public void An_exempt_instance_is_not_bad()
    {
        var samples = new[] { new RuleSample(Web1, 0.99, Exempt: true) };
        Assert.Empty(RuleEvaluation.Step(Rule, Nothing, samples, 0).States);
    }

    [Fact]
    public void A_clock_set_back_does_not_delay_the_alert_until_it_has_caught_up()
    {
        var run = new Run(Rule);
        run.At(1_000_000, 0.99);
        run.At(100, 0.99);
        for (int second = 101; second < 400; second++)
        {
            Assert.Equal(AlertPhase.Pending, run.At(second, 0.99));
        }

        Assert.Equal(AlertPhase.Firing, run.At(400, 0.99));
    }

    [Fact]
    public void A_rule_switched_off_ends_its_alerts()
    {
        var run = new Run(Rule with { For = TimeSpan.Zero });
        run.At(0, 0.99);
        var ended = RuleEvaluation.End(run.States, 5_000);
        Assert.Empty(ended.States);
        Assert.Equal(EndReason.RuleOff, Assert.Single(ended.Transitions).Ended);
    }

    [Fact]
    public void After_a_restart_a_firing_alert_waits_for_its_value_anew()
    {
        var firing = new InstanceState { Phase = AlertPhase.Firing, SinceMs = 0, FiredMs = 0, SeenMs = 0, Value = 1 };
        var resumed = RuleEvaluation.Resume(firing, 900_000);
        var states = new Dictionary<LabelSet, InstanceState> { [Web1] = resumed };

        Assert.Empty(RuleEvaluation.Step(Rule, states, [], 901_000).Transitions);
        Assert.Single(RuleEvaluation.Step(Rule, states, [], 1_200_001).Transitions);
    }

    /// <summary>Random rules and random histories, gaps included: the same phases as the naive model.</summary>
    [Fact]
    public void Equals_the_naive_model()
    {
        var rules =
            from above in Gen.Bool
            from margin in Gen.Int[0, 3]
            from @for in Gen.Int[0, 120]
            from keep in Gen.OneOf(Gen.Const(0), Gen.Int[0, 90])
            select Rule with
            {
                Comparison = above ? Comparison.Above : Comparison.AtMost,
                Threshold = 5,
                ClearThreshold = above ? 5 - margin : 5 + margin,
                For = TimeSpan.FromSeconds(@for),
                KeepFiringFor = TimeSpan.FromSeconds(keep),
            };
        var step =
            from seconds in Gen.Frequency((20, Gen.Int[1, 30]), (2, Gen.Int[31, 400]))
            from value in Gen.Frequency((8, Gen.Double[0, 10]), (1, Gen.Const(double.NaN)), (1, Gen.Const(-1.0)))
            from sticky in Gen.Int[1, 6]
            select (seconds, value: value == -1.0 ? (double?)null : value, sticky);

        Gen.Select(rules, step.Array[1, 30]).Sample((rule, steps) =>
        {
            var model = new NaiveAlertModel(rule);
            var run = new Run(rule);
            int second = 1;
            foreach (var (seconds, value, sticky) in steps)
            {
                for (int i = 0; i < sticky; i++)
                {
                    second += seconds;
                    Assert.Equal(model.Observe(second * 1000L, value), run.At(second, value));
                }
            }
        });
    }

    /// <summary>Instances do not touch each other: evaluated together or alone, each has the same phases.</summary>
    [Fact]
    public void Instances_are_independent()
    {
        var values = Gen.Double[0.5, 1.0].Array[3].Array[1, 60];
        values.Sample(rows =>
        {
            var rule = Rule with { For = TimeSpan.FromSeconds(20), KeepFiringFor = TimeSpan.FromSeconds(5) };
            var hosts = Enumerable.Range(0, 3).Select(i => LabelSet.Of(new Label("host", $"h{i}"))).ToArray();
            var together = Nothing;
            var alone = hosts.Select(_ => Nothing).ToArray();
            for (int i = 0; i < rows.Length; i++)
            {
                long nowMs = i * 7000L;
                RuleSample[] samples = [.. hosts.Select((host, h) => new RuleSample(host, rows[i][h]))];
                together = RuleEvaluation.Step(rule, together, samples, nowMs).States;
                for (int h = 0; h < hosts.Length; h++)
                {
                    alone[h] = RuleEvaluation.Step(rule, alone[h], [samples[h]], nowMs).States;
                    Assert.Equal(alone[h].GetValueOrDefault(hosts[h]), together.GetValueOrDefault(hosts[h]));
                }
            }
        });
    }

    /// <summary>One instance evaluated step by step.</summary>
    sealed class Run(AlertRule rule)
    {
        public IReadOnlyDictionary<LabelSet, InstanceState> States { get; private set; } = Nothing;

        public List<(AlertPhase From, AlertPhase To)> Moves { get; } = [];

        public EndReason? Ended { get; private set; }

        public AlertPhase At(int second, double? value)
        {
            RuleSample[] samples = value is { } given ? [new RuleSample(Web1, given)] : [];
            var evaluation = RuleEvaluation.Step(rule, States, samples, second * 1000L);
            States = evaluation.States;
            foreach (var transition in evaluation.Transitions)
            {
                Moves.Add((transition.From, transition.To));
                Ended = transition.Ended ?? Ended;
            }

            return States.TryGetValue(Web1, out var state) ? state.Phase : AlertPhase.Inactive;
        }
    }
}
