using Microsoft.Extensions.Time.Testing;
using Presage.Alerting.Notifiers;
using Xunit;

namespace Presage.Tests.Alerting;

/// <summary>What every notifier must do. Each kind inherits it and brings its own far end.</summary>
public abstract class NotifierContract
{
    protected static DateTimeOffset Start { get; } = new(2026, 11, 22, 14, 2, 0, TimeSpan.Zero);

    protected FakeTimeProvider Time { get; } = new(Start);

    /// <summary>A far end that takes everything, and what it took.</summary>
    internal abstract Task<FarEnd> WorkingAsync();

    /// <summary>A far end that refuses for good.</summary>
    internal abstract Task<FarEnd> RefusingAsync();

    /// <summary>A far end that cannot take it now.</summary>
    internal abstract Task<FarEnd> BusyAsync();

    /// <summary>Nobody listens.</summary>
    internal abstract Task<FarEnd> AbsentAsync();

    /// <summary>A far end that never answers; the task completes when it has been reached.</summary>
    internal abstract Task<FarEnd> HangingAsync();

    [Fact]
    public async Task Delivers_and_tells_the_answer()
    {
        await using var far = await WorkingAsync();
        var outcome = await SendAsync(far);
        Assert.Equal(SendResult.Delivered, outcome.Result);
        Assert.StartsWith("2", outcome.Answer);
        Assert.Equal(1, far.Taken());
        Assert.NotEmpty(outcome.Transcript);
    }

    [Fact]
    public async Task A_refusal_is_permanent_and_told_word_for_word()
    {
        await using var far = await RefusingAsync();
        var outcome = await SendAsync(far);
        Assert.Equal(SendResult.Permanent, outcome.Result);
        Assert.StartsWith("5", outcome.Answer);
        Assert.Equal(0, far.Taken());
    }

    [Fact]
    public async Task A_busy_far_end_is_temporary()
    {
        await using var far = await BusyAsync();
        var outcome = await SendAsync(far);
        Assert.Equal(SendResult.Temporary, outcome.Result);
        Assert.StartsWith("4", outcome.Answer);
        Assert.Equal(0, far.Taken());
    }

    [Fact]
    public async Task An_absent_far_end_is_temporary()
    {
        await using var far = await AbsentAsync();
        var outcome = await SendAsync(far);
        Assert.Equal(SendResult.Temporary, outcome.Result);
        Assert.Contains("refused", outcome.Answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_far_end_that_does_not_answer_is_given_up_after_the_time_limit()
    {
        await using var far = await HangingAsync();
        var sending = SendAsync(far);
        await far.Reached;
        Time.Advance(TimeSpan.FromSeconds(60));
        var outcome = await sending;
        Assert.Equal(SendResult.Temporary, outcome.Result);
        Assert.StartsWith("No answer within", outcome.Answer);
    }

    [Fact]
    public async Task A_cancelled_caller_gets_its_cancellation()
    {
        await using var far = await HangingAsync();
        using var stopping = new CancellationTokenSource();
        var sending = far.Notifier.SendAsync(
            Messages.Firing(), far.Notifier.Recipients[0], "key-1", stopping.Token);
        await far.Reached;
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Sends_from_several_threads_at_once()
    {
        await using var far = await WorkingAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(far)));
        Assert.All(outcomes, static outcome => Assert.Equal(SendResult.Delivered, outcome.Result));
        Assert.Equal(8, far.Taken());
    }

    internal static Task<SendOutcome> SendAsync(FarEnd far) =>
        far.Notifier.SendAsync(Messages.Firing(), far.Notifier.Recipients[0], "key-1", CancellationToken.None);

    /// <summary>A notifier with the far end it talks to.</summary>
    internal sealed record FarEnd(INotifier Notifier, Func<int> Taken, Task Reached, Func<ValueTask> Close)
        : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Close();
    }
}
