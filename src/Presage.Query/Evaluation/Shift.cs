using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>Applies <c>@</c> and <c>offset</c> to the steps of a frame.</summary>
static class Shift
{
    /// <summary>
    /// The shifted time of the first step, and how far it moves from step to step (0 under <c>@</c>).
    /// </summary>
    public static (long FirstMs, long StepMs) Of(TimeShift shift, Frame frame)
    {
        var run = frame.Run;
        long offset = shift.Offset is null ? 0 : run.Milliseconds(shift.Offset);
        return shift.Anchor switch
        {
            AtAnchor.Start => (run.StartMs - offset, 0),
            AtAnchor.End => (run.EndMs - offset, 0),
            AtAnchor.Timestamp => (shift.AtMs - offset, 0),
            _ => (frame.StartMs - offset, frame.StepMs),
        };
    }
}
