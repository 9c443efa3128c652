using Presage.Metrics.Vitals;
using Presage.Query;

namespace Presage.Watching;

/// <summary>The prepared queries of one vital sign for one cadence.</summary>
sealed record VitalPlan(VitalSign Vital, PreparedQuery Value, PreparedQuery? Capacity);
