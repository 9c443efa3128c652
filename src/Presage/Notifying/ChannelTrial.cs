using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.State;

namespace Presage.Notifying;

/// <summary>
/// The test button: sends a test message to all recipients of a channel, at once and past the outbox.
/// </summary>
sealed class ChannelTrial(ChannelNotifiers notifiers, TimeProvider time)
{
    /// <summary>How long the person who pressed the button waits at most.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The outcome for each recipient in order; those after a time-out are not tried.</summary>
    public async Task<IReadOnlyList<(string Recipient, SendOutcome Outcome)>> SendAsync(
        StoredChannel channel, string host, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var outcomes = new List<(string, SendOutcome)>();
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (string recipient in channel.Recipients)
        {
            try
            {
                outcomes.Add((recipient, await notifiers.For(channel)
                    .SendAsync(TestMessage(channel, host, nowMs), recipient, $"test-{nowMs}", either.Token)));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                string answer = $"No answer within {Limit.TotalSeconds:0} s.";
                outcomes.Add((recipient, new SendOutcome(SendResult.Temporary, answer, null, [$"! {answer}"])));
                break;
            }
        }

        return outcomes;
    }

    static Notification TestMessage(StoredChannel channel, string host, long nowMs)
    {
        var labels = LabelSet.Of(
            new Label("alertname", "Test message"),
            new Label("rule", "test"),
            new Label("severity", "warning"),
            new Label(LabelNames.Host, host));
        string sentence = $"{host}: this is a test of channel {channel.Name}. Nothing is wrong.";
        return new Notification
        {
            Status = NotificationStatus.Firing,
            RuleId = "test",
            RuleName = "Test message",
            Severity = Severity.Warning,
            Host = host,
            Sentence = sentence,
            ThreadKey = $"test-{nowMs}",
            AtMs = nowMs,
            Alerts =
            [
                new NotifiedAlert(
                    0, AlertLabels.ToDictionary(labels), sentence, "", nowMs, null, AlertLabels.Fingerprint(labels)),
            ],
        };
    }
}
