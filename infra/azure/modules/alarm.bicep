// Somebody is told when a file could not be scored and its message is in the poison queue, or when the event of a file was lost.
param name string
param location string
param insightsId string
param topicId string
param queueName string
param alarmEmail string
param tags object

resource recipients 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-alarm'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'mlflow-files'
    enabled: true
    emailReceivers: [
      {
        name: 'alarm'
        emailAddress: alarmEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

// The program says "poison queue" of what no try can help; the host names the queue of what failed too often.
resource poisonMessages 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = {
  name: '${name}-poison'
  location: location
  tags: tags
  properties: {
    displayName: '${name}: files that could not be scored'
    description: 'mlflow-serverless batch redrive says which, and why, and puts them back once the cause is mended.'
    severity: 1
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    // Lines come some minutes late.
    windowSize: 'PT30M'
    // The log has no table before its first line.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'traces | where message contains "poison queue" or message contains "${queueName}-poison"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [recipients.id]
    }
  }
}

// An event that Event Grid could not put into the queue for a day is a file that nobody scores.
resource lostEvents 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-lost'
  location: 'global'
  tags: tags
  properties: {
    description: 'Events of new files are in the container dead-letters; put the files there once more.'
    severity: 1
    enabled: true
    scopes: [topicId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead-lettered'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: recipients.id
      }
    ]
  }
}
