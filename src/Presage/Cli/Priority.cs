using System.ComponentModel;
using System.Diagnostics;

namespace Presage.Cli;

/// <summary>
/// What watches a machine must still run when that machine is saturated, so the server asks for a little more of the
/// processor than the programs it watches.
/// </summary>
static class Priority
{
    /// <summary>
    /// Raises the priority of the process (nice -6 on Linux) where it may: as root or with CAP_SYS_NICE. Call it before
    /// the first other thread starts, for threads inherit it from the one that starts them.
    /// </summary>
    public static void RaiseWherePermitted()
    {
        try
        {
            using var self = Process.GetCurrentProcess();
            self.PriorityClass = ProcessPriorityClass.AboveNormal;
        }
        catch (Exception e) when (e is Win32Exception or UnauthorizedAccessException or NotSupportedException)
        {
            // An ordinary account may not; the server then shares the processor like everybody else.
        }
    }
}
